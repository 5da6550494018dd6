#include "sim/random/distribution_kinds.hpp"

#include <cmath>
#include <utility>

#include "sim/base/diagnostic.hpp"
#include "sim/random/distribution_arguments.hpp"
#include "sim/random/number_text.hpp"
#include "sim/random/samples.hpp"

namespace loadstone {
namespace {

DistributionOrError truncate(const Distribution& whole, const DistributionArguments& arguments) {
  const NamedValue* max = arguments.find("max");
  if (max == nullptr) {
    return whole;
  }
  if (!(whole.cdf(max->value) > 0.0)) {
    return std::string(arguments.kind().name) + ": max must leave something of the distribution, which begins at " +
           number_text(whole.quantile(0.0)) + ", got " + as_written(*max);
  }
  return whole.truncated(max->value);
}

}  // namespace

DistributionOrError make_distribution(std::string_view kind, const std::vector<NamedValue>& arguments) {
  const DistributionKind* row = find_distribution_kind(kind);
  if (row == nullptr) {
    std::vector<std::string_view> names;
    std::string list;
    for (const DistributionKind& known : distribution_kinds()) {
      names.push_back(known.name);
      list += (list.empty() ? "" : ", ") + std::string(known.name);
    }
    const std::string_view nearest = nearest_name(kind, names);
    return "unknown distribution '" + std::string(kind) + "'; allowed: " + list +
           (nearest.empty() ? "" : "; did you mean '" + std::string(nearest) + "'?");
  }
  if (row->make == nullptr) {
    return std::string(kind) + " needs a file of samples; write " + std::string(row->usage);
  }
  const auto read = DistributionArguments::read(*row, arguments);
  if (const auto* error = std::get_if<std::string>(&read)) {
    return *error;
  }
  const auto& checked = std::get<DistributionArguments>(read);
  const DistributionOrError whole = row->make(checked);
  return std::holds_alternative<Distribution>(whole) ? truncate(std::get<Distribution>(whole), checked) : whole;
}

DistributionOrError make_empirical(const Samples& samples, const std::vector<NamedValue>& arguments) {
  const auto read = DistributionArguments::read(*find_distribution_kind("empirical"), arguments);
  if (const auto* error = std::get_if<std::string>(&read)) {
    return *error;
  }
  return truncate(Distribution::empirical(samples), std::get<DistributionArguments>(read));
}

std::variant<std::shared_ptr<const Samples>, std::string> make_samples(std::vector<double> values) {
  if (values.empty()) {
    return "empirical needs at least one sample, got none";
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] >= 0.0) || !std::isfinite(values[i])) {
      return "empirical: every sample must be a finite number of at least 0, got " + number_text(values[i]) +
             " as number " + std::to_string(i + 1);
    }
  }
  return std::make_shared<const Samples>(std::move(values));
}

}  // namespace loadstone
