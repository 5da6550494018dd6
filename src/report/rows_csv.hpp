// src/report/rows_csv.hpp
//
// `rows.csv` of a sweep: one line per replication of each point, or per point where a capacity was searched. What
// varies comes first, then the run, then the figures of every flow and every resource under dotted names with their
// units: `converse.latency_ms.p95`.
//
// Not. No clock, host or path: two sweeps of the same inputs give the same file.
#pragma once

#include <string>

#include "src/report/sweep_plan.hpp"

namespace loadstone::report {

class RowsCsv {
 public:
  // Of `plan`, which is kept and must live as long.
  explicit RowsCsv(const SweepPlan& plan) : plan_(plan) {}

  [[nodiscard]] std::string header() const;
  [[nodiscard]] std::string line(std::size_t point, const RunRow& row) const;
  [[nodiscard]] std::string line(std::size_t point, const SearchRow& row) const;

 private:
  [[nodiscard]] std::string left_cells(std::size_t point) const;

  const SweepPlan& plan_;
};

// A cell as CSV has it: quoted where it must be.
[[nodiscard]] std::string csv_cell(const std::string& text);
// Between quotes, those in it twice: as CSV and SQL have it.
[[nodiscard]] std::string in_quotes(const std::string& text, char quote);

}  // namespace loadstone::report
