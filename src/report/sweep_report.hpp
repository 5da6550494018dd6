// src/report/sweep_report.hpp
//
// A sweep as a table with a line per point, and as JSON with a whole result per point. Both are given one point after
// the other, so that no more than one whole result is in memory.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/run_result.hpp"
#include "src/report/sweep_plan.hpp"

namespace loadstone::report {

// The table. Points that are not given were not finished.
class SweepTable {
 public:
  explicit SweepTable(const SweepPlan& plan) : plan_(plan) {}

  void add(std::size_t point, const RunResult& result);
  void add(std::size_t point, const SearchRow& row);
  // All of it.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] std::vector<std::string> left_cells(std::size_t point) const;
  [[nodiscard]] std::vector<std::string> head() const;

  const SweepPlan& plan_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::string> flows_;  // whose latency is shown
};

// The pieces of one JSON document, in this order: begin, points in ascending order, end.
class SweepJson {
 public:
  // `complete`: all points will be given.
  SweepJson(const SweepPlan& plan, bool complete) : plan_(plan), complete_(complete) {}

  [[nodiscard]] std::string begin() const;
  [[nodiscard]] std::string point(std::size_t point, const RunResult& result);
  [[nodiscard]] std::string point(std::size_t point, const SearchRow& row);
  [[nodiscard]] std::string end() const;

 private:
  const SweepPlan& plan_;
  bool complete_;
  bool is_empty_ = true;
};

}  // namespace loadstone::report
