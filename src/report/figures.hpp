// src/report/figures.hpp
//
// The figures of results as conditions name them: the JSON paths without their units' suffixes, so that a claim can
// ask for whatever a result says. `flows.read.latency_ms.p95` is `flows.read.latency.p95`, a duration.
//
// Order. A point is declared, with an empty result of its form, before anything is run: its figures and their types
//        are known then. Its values come with the result.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/claims/metrics.hpp"
#include "sim/expression/quantity.hpp"

namespace loadstone::report {

// What a result without data looks like: every flow and resource there is.
[[nodiscard]] std::string empty_run_json(const std::vector<std::string>& flows,
                                         const std::vector<std::string>& resources);
[[nodiscard]] std::string empty_search_json(const std::vector<std::string>& flows, std::size_t depth);
[[nodiscard]] std::string empty_bound_json(const std::vector<std::string>& resources);

class Figures final : public Metrics {
 public:
  struct Declared {
    std::string empty_json;
    Dimension axis;  // of a search: what `at` is counted in
    std::map<std::string, Value, std::less<>> parameters;
    std::vector<Assumption> numbers;
  };

  // A point that conditions may name.
  void declare(const std::string& point, const Declared& declared);
  // The result of a point, or of one that is run in its place.
  void set_result(const std::string& point, const std::string& json, const Dimension& axis);
  [[nodiscard]] bool has_result(std::string_view point) const;

  [[nodiscard]] std::vector<std::string_view> points() const override;
  [[nodiscard]] std::optional<Type> type_of(std::string_view figure, std::string_view point) const override;
  [[nodiscard]] std::vector<std::string> figures(std::string_view point) const override;
  [[nodiscard]] std::optional<Value> value_of(std::string_view figure, std::string_view point) const override;
  [[nodiscard]] const std::vector<Assumption>& numbers(std::string_view point) const override;

 private:
  struct Point {
    std::map<std::string, Type, std::less<>> types;
    std::map<std::string, Value, std::less<>> parameters;
    std::vector<Assumption> numbers;
  };
  using Values = std::map<std::string, Value, std::less<>>;

  std::map<std::string, Point, std::less<>> points_;
  std::map<std::string, Values, std::less<>> results_;
};

}  // namespace loadstone::report
