// sim/random/distribution_arguments.hpp
//
// The arguments of one distribution under their full names: each one known to the kind's table, inside its bounds and
// given once; nothing required is missing. What they mean together is the kind's own affair.
//
// Not.  Only the makers of distribution kinds include this.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/random/distribution_kinds.hpp"

namespace loadstone {

class DistributionArguments {
 public:
  [[nodiscard]] static std::variant<DistributionArguments, std::string> read(const DistributionKind& kind,
                                                                             const std::vector<NamedValue>& given);

  [[nodiscard]] const DistributionKind& kind() const { return *kind_; }
  [[nodiscard]] const std::vector<NamedValue>& values() const { return values_; }
  // nullptr if it is not given.
  [[nodiscard]] const NamedValue* find(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  // REQUIRES: has(name).
  [[nodiscard]] double get(std::string_view name) const { return find(name)->value; }
  [[nodiscard]] const NamedValue& at(std::string_view name) const { return *find(name); }

  // "lognormal cannot be made from mean, p50; write ..".
  [[nodiscard]] std::string wrong_combination() const;

 private:
  explicit DistributionArguments(const DistributionKind& kind) : kind_(&kind) {}
  // Each returns a message, or "".
  std::string add(NamedValue argument, std::size_t index);
  [[nodiscard]] std::string missing() const;

  const DistributionKind* kind_;
  std::vector<NamedValue> values_;
};

// The argument as the user wrote it.
[[nodiscard]] std::string as_written(const NamedValue& argument);

}  // namespace loadstone
