// sim/claims/metrics.hpp
//
// What a condition may ask of an experiment's points: figures of their results and values of their parameters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/expression/value.hpp"
#include "sim/spec/values.hpp"

namespace loadstone {

class Metrics {
 public:
  Metrics() = default;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  virtual ~Metrics() = default;

  [[nodiscard]] virtual std::vector<std::string_view> points() const = 0;
  // Before anything is run. Nothing: there is no such figure there.
  [[nodiscard]] virtual std::optional<Type> type_of(std::string_view figure, std::string_view point) const = 0;
  // The figures there are, for suggestions.
  [[nodiscard]] virtual std::vector<std::string> figures(std::string_view point) const = 0;
  // An estimate is its interval; without one, anything at all. Nothing: it has no value, since nothing happened.
  [[nodiscard]] virtual std::optional<Value> value_of(std::string_view figure, std::string_view point) const = 0;
  // Every number of the point's files, with where it comes from.
  [[nodiscard]] virtual const std::vector<Assumption>& numbers(std::string_view point) const = 0;
};

}  // namespace loadstone
