#include "sim/random/distribution_arguments.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/base/diagnostic.hpp"
#include "sim/random/number_text.hpp"

namespace loadstone {
namespace {

std::string allowed_parameters(const DistributionKind& kind) {
  std::string list;
  for (const DistributionParameter& parameter : kind.parameters) {
    list += (list.empty() ? "" : ", ") + std::string(parameter.name);
  }
  return list;
}

// What is wrong with one value against the table; "" if nothing.
std::string bound_error(const DistributionKind& kind, const DistributionParameter& parameter,
                        const NamedValue& argument) {
  const std::string start = std::string(kind.name) + ": " + argument.name + " must be ";
  const std::string got = ", got " + as_written(argument);
  if (!std::isfinite(argument.value)) {
    return start + "a finite number" + got;
  }
  if (argument.value < parameter.min || (parameter.above_min && argument.value == parameter.min)) {
    return start + (parameter.above_min ? "greater than " : "at least ") + number_text(parameter.min) + got;
  }
  if (parameter.max > 0.0 && argument.value > parameter.max) {
    return start + "at most " + number_text(parameter.max) + got;
  }
  if (parameter.type == ParameterType::count && argument.value != std::floor(argument.value)) {
    return start + "a whole number" + got;
  }
  return "";
}

std::string unknown_parameter(const DistributionKind& kind, const NamedValue& argument) {
  std::vector<std::string_view> names;
  for (const DistributionParameter& parameter : kind.parameters) {
    names.push_back(parameter.name);
  }
  const std::string_view nearest = nearest_name(argument.name, names);
  return std::string(kind.name) + " has no parameter '" + argument.name + "'; allowed: " + allowed_parameters(kind) +
         (nearest.empty() ? "" : "; did you mean '" + std::string(nearest) + "'?");
}

std::string without_place(const DistributionKind& kind, const NamedValue& argument, bool after_named) {
  return std::string(kind.name) + ": " +
         (after_named ? "a value without a name follows a named one" : "too many values") + " (" +
         as_written(argument) + "); write " + std::string(kind.usage);
}

}  // namespace

std::string as_written(const NamedValue& argument) {
  return argument.text.empty() ? number_text(argument.value) : argument.text;
}

std::variant<DistributionArguments, std::string> DistributionArguments::read(const DistributionKind& kind,
                                                                             const std::vector<NamedValue>& given) {
  DistributionArguments result(kind);
  bool named = false;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i].name.empty() && (named || find_parameter(kind, i) == nullptr)) {
      return without_place(kind, given[i], named);
    }
    named = named || !given[i].name.empty();
    if (std::string error = result.add(given[i], i); !error.empty()) {
      return error;
    }
  }
  if (std::string error = result.missing(); !error.empty()) {
    return error;
  }
  return result;
}

std::string DistributionArguments::add(NamedValue argument, std::size_t index) {
  const DistributionParameter* parameter =
      argument.name.empty() ? find_parameter(*kind_, index) : find_parameter(*kind_, argument.name);
  if (parameter == nullptr) {
    return unknown_parameter(*kind_, argument);
  }
  if (argument.name.empty()) {
    argument.name = parameter->name;
  }
  if (has(argument.name)) {
    return std::string(kind_->name) + ": " + argument.name + " is given twice";
  }
  std::string error = bound_error(*kind_, *parameter, argument);
  values_.push_back(std::move(argument));
  return error;
}

const NamedValue* DistributionArguments::find(std::string_view name) const {
  const auto at = std::find_if(values_.begin(), values_.end(), [&](const NamedValue& v) { return v.name == name; });
  return at == values_.end() ? nullptr : &*at;
}

std::string DistributionArguments::missing() const {
  for (const DistributionParameter& parameter : kind_->parameters) {
    if (parameter.need == ParameterNeed::required && !has(parameter.name)) {
      return std::string(kind_->name) + " needs " + std::string(parameter.name) + "; write " +
             std::string(kind_->usage);
    }
  }
  return "";
}

std::string DistributionArguments::wrong_combination() const {
  std::string found;
  for (const NamedValue& value : values_) {
    found += (found.empty() ? "" : ", ") + value.name;
  }
  return std::string(kind_->name) + " cannot be made from " + (found.empty() ? "nothing" : found) + "; write " +
         std::string(kind_->usage);
}

}  // namespace loadstone
