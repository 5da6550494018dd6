// sim/random/distribution_kinds.hpp
//
// The kinds of distribution as a table (name, prose, parameters, bounds), and the making of one from named arguments.
// Validation, `explain`, the JSON Schema and the reference page read the table; messages come from it too.
//
// Order.  The table is in the order of the reference page: from the plainest kind to the rarest.
// Not.    No units. `magnitude` says that an argument has the dimension of the field it stands in.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/random/distribution.hpp"

namespace loadstone {

enum class ParameterType : std::uint8_t { magnitude, number, count };

enum class ParameterNeed : std::uint8_t {
  required,
  alternative,  // one of several ways to say the same; `usage` of the kind shows which go together
  optional,
};

struct DistributionParameter {
  std::string_view name;  // "pNN" stands for every quantile: p50, p99, p99.9 or p999
  std::string_view about;
  ParameterType type = ParameterType::magnitude;
  ParameterNeed need = ParameterNeed::required;
  double min = 0.0;
  bool above_min = false;  // min itself is excluded
  double max = 0.0;        // 0: no upper bound
};

struct NamedValue {
  std::string name;  // "" for a positional argument
  double value = 0.0;
  std::string text = {};  // as the user wrote it, for messages; "" prints the value
};

using DistributionOrError = std::variant<Distribution, std::string>;

class DistributionArguments;  // checked against the table, one by one; sim/random/distribution_arguments.hpp

struct DistributionKind {
  std::string_view name;
  std::string_view summary;
  std::string_view usage;
  // Checks the arguments together, and makes the distribution without its `max`. nullptr for empirical, whose argument
  // is a file of samples: see make_empirical.
  DistributionOrError (*make)(const DistributionArguments&);
  std::vector<DistributionParameter> parameters;  // positional arguments fill them in this order; `max` is named only
};

[[nodiscard]] std::span<const DistributionKind> distribution_kinds();
// nullptr where there is none.
[[nodiscard]] const DistributionKind* find_distribution_kind(std::string_view name);
// What the argument `name` of this kind means, so that a loader can read its unit; nullptr for an unknown name.
[[nodiscard]] const DistributionParameter* find_parameter(const DistributionKind& kind, std::string_view name);
// The same for the positional argument number `index`.
[[nodiscard]] const DistributionParameter* find_parameter(const DistributionKind& kind, std::size_t index);

// A distribution, or a message that says what was found and what is allowed.
[[nodiscard]] DistributionOrError make_distribution(std::string_view kind, const std::vector<NamedValue>& arguments);

// From measured values; `arguments` may hold `max`. Keep `samples` as long as the distribution.
[[nodiscard]] DistributionOrError make_empirical(const Samples& samples, const std::vector<NamedValue>& arguments = {});

// The samples, or what is wrong with the values.
[[nodiscard]] std::variant<std::shared_ptr<const Samples>, std::string> make_samples(std::vector<double> values);

// The probability that "p50", "p99.9" or "p999" names; 0 for any other text.
[[nodiscard]] double quantile_of_name(std::string_view name);

}  // namespace loadstone
