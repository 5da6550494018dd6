// The table of distribution kinds, and how each is made.
#include <cstddef>
#include <utility>

#include "sim/random/distribution_arguments.hpp"

namespace loadstone {
namespace {

using enum ParameterType;
using enum ParameterNeed;

constexpr DistributionParameter kMean{"mean", "the mean", magnitude, required};
constexpr DistributionParameter kMax{
    "max", "truncates: the distribution on condition of being at most this", magnitude, optional, 0.0, true};

DistributionOrError make_constant(const DistributionArguments& arguments) {
  return Distribution::constant(arguments.get("value"));
}

DistributionOrError make_exponential(const DistributionArguments& arguments) {
  return Distribution::exponential(arguments.get("mean"));
}

DistributionOrError make_lognormal(const DistributionArguments& arguments) {
  std::vector<const NamedValue*> quantiles;
  for (const NamedValue& value : arguments.values()) {
    if (quantile_of_name(value.name) > 0.0) {
      quantiles.push_back(&value);
    }
  }
  const bool by_mean = arguments.has("mean") && arguments.has("cv") && quantiles.empty();
  const bool by_quantiles = quantiles.size() == 2 && !arguments.has("mean") && !arguments.has("cv");
  if (by_mean) {
    return Distribution::lognormal(arguments.get("mean"), arguments.get("cv"));
  }
  if (!by_quantiles) {
    return arguments.wrong_combination();
  }
  const NamedValue* low = quantiles[0];
  const NamedValue* high = quantiles[1];
  if (quantile_of_name(low->name) > quantile_of_name(high->name)) {
    std::swap(low, high);
  }
  if (quantile_of_name(low->name) == quantile_of_name(high->name)) {
    return "lognormal: " + low->name + " and " + high->name + " are the same quantile";
  }
  if (low->value > high->value) {
    return "lognormal: " + high->name + " must be at least " + low->name + " (" + as_written(*low) + "), got " +
           as_written(*high);
  }
  return Distribution::lognormal_quantiles(quantile_of_name(low->name), low->value, quantile_of_name(high->name),
                                           high->value);
}

DistributionOrError make_gamma(const DistributionArguments& arguments) {
  const NamedValue& cv = arguments.at("cv");
  if (cv.value > 0.0 && cv.value < 0.001) {
    return "gamma: cv must be 0 or at least 0.001, got " + as_written(cv);
  }
  return Distribution::gamma(arguments.get("mean"), cv.value);
}

DistributionOrError make_uniform(const DistributionArguments& arguments) {
  const NamedValue& lo = arguments.at("lo");
  const NamedValue& hi = arguments.at("hi");
  if (lo.value > hi.value) {
    return "uniform: hi must be at least lo (" + as_written(lo) + "), got " + as_written(hi);
  }
  return Distribution::uniform(lo.value, hi.value);
}

DistributionOrError make_weibull(const DistributionArguments& arguments) {
  if (arguments.has("mean") == arguments.has("scale")) {
    return arguments.wrong_combination();
  }
  return arguments.has("mean") ? Distribution::weibull(arguments.get("mean"), arguments.get("shape"))
                               : Distribution::weibull_scale(arguments.get("scale"), arguments.get("shape"));
}

DistributionOrError make_erlang(const DistributionArguments& arguments) {
  return Distribution::erlang(static_cast<std::uint32_t>(arguments.get("k")), arguments.get("mean"));
}

DistributionOrError make_hyperexponential(const DistributionArguments& arguments) {
  return Distribution::hyperexponential(arguments.get("mean"), arguments.get("cv"));
}

DistributionOrError make_pareto(const DistributionArguments& arguments) {
  return Distribution::pareto(arguments.get("min"), arguments.get("alpha"));
}

std::vector<DistributionKind> make_table() {
  return {
      {"constant", "Always the same value.", "constant(value)", make_constant, {{"value", "the value"}, kMax}},
      {"exponential", "Memoryless; coefficient of variation 1.", "exponential(mean)", make_exponential, {kMean, kMax}},
      {"lognormal",
       "Positive and skewed, as most service times are; by mean and coefficient of variation, or by two quantiles.",
       "lognormal(mean=..; cv=..) or lognormal(p50=..; p99=..)",
       make_lognormal,
       {{"mean", "the mean", magnitude, alternative},
        {"cv", "standard deviation over mean", number, alternative, 0.0, false, 1e6},
        {"pNN", "a quantile, such as p50 or p99.9", magnitude, alternative, 0.0, true},
        kMax}},
      {"gamma",
       "From nearly constant to more variable than exponential.",
       "gamma(mean=..; cv=..)",
       make_gamma,
       {kMean, {"cv", "standard deviation over mean; 0, or 0.001 to 100", number, required, 0.0, false, 100.0}, kMax}},
      {"erlang",
       "The sum of k equal exponential phases.",
       "erlang(k=..; mean=..)",
       make_erlang,
       {{"k", "how many phases", count, required, 1.0, false, 1e6}, kMean, kMax}},
      {"hyperexponential",
       "Two exponential phases with balanced means: mostly short, sometimes long.",
       "hyperexponential(mean=..; cv=..)",
       make_hyperexponential,
       {kMean, {"cv", "standard deviation over mean; at least 1", number, required, 1.0, false, 1e6}, kMax}},
      {"uniform",
       "Every value between two bounds alike.",
       "uniform(lo; hi)",
       make_uniform,
       {{"lo", "the least value"}, {"hi", "the greatest value; at least lo"}, kMax}},
      {"pareto",
       "A power-law tail: P(X > x) = (min / x)^alpha. No mean for alpha <= 1, no variance for alpha <= 2.",
       "pareto(min=..; alpha=..)",
       make_pareto,
       {{"min", "the least value", magnitude, required, 0.0, true},
        {"alpha", "the exponent of the tail", number, required, 0.01, false},
        kMax}},
      {"weibull",
       "P(X > x) = exp(-(x / scale)^shape): shape below 1 has a heavy tail, above 1 wears out.",
       "weibull(mean=..; shape=..) or weibull(scale=..; shape=..)",
       make_weibull,
       {{"mean", "the mean", magnitude, alternative},
        {"shape", "the exponent", number, required, 0.02, false, 1e4},
        {"scale", "the value that 63.2 % stay below", magnitude, alternative},
        kMax}},
      {"empirical", "Measured values, drawn with equal probability.", "empirical(\"file.csv\")", nullptr, {kMax}},
  };
}

}  // namespace

std::span<const DistributionKind> distribution_kinds() {
  static const std::vector<DistributionKind> table = make_table();
  return table;
}

const DistributionKind* find_distribution_kind(std::string_view name) {
  for (const DistributionKind& kind : distribution_kinds()) {
    if (kind.name == name) {
      return &kind;
    }
  }
  return nullptr;
}

const DistributionParameter* find_parameter(const DistributionKind& kind, std::string_view name) {
  for (const DistributionParameter& parameter : kind.parameters) {
    if (parameter.name == name ? name != "pNN" : parameter.name == "pNN" && quantile_of_name(name) > 0.0) {
      return &parameter;
    }
  }
  return nullptr;
}

const DistributionParameter* find_parameter(const DistributionKind& kind, std::size_t index) {
  if (index >= kind.parameters.size()) {
    return nullptr;
  }
  const DistributionParameter& parameter = kind.parameters[index];
  return parameter.name == "pNN" || parameter.name == "max" ? nullptr : &parameter;
}

double quantile_of_name(std::string_view name) {
  if (name.size() < 2 || name.size() > 12 || name.front() != 'p') {
    return 0.0;
  }
  // Two digits of percent, then decimals, with or without a point: p5, p50, p999, p99.9.
  std::uint64_t digits = 0;
  double unit = 1.0;
  std::size_t seen = 0;
  bool point = false;
  for (const char c : name.substr(1)) {
    if (c == '.' && !point && seen > 0 && seen <= 2) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9' || (point && seen == 0)) {
      return 0.0;
    }
    digits = digits * 10 + static_cast<std::uint64_t>(c - '0');
    ++seen;
    unit *= point || seen > 2 ? 10.0 : 1.0;
  }
  if (name.back() == '.' || name.substr(1, 3) == "100") {
    return 0.0;
  }
  return static_cast<double>(digits) / (100.0 * unit);
}

}  // namespace loadstone
