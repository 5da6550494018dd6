// src/report/rows_csv.hpp
//
// `rows.csv` of a sweep: one line per replication of each point. What varies comes first, then the run, then the
// figures of every flow and every resource under dotted names with their units: `converse.latency_ms.p95`.
//
// Not. No clock, host or path: two sweeps of the same inputs give the same file.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/compare.hpp"
#include "sim/experiment/sweep.hpp"

namespace loadstone::report {

class RowsCsv {
 public:
  // The columns: what is varied, and the names of all flows and resources of all points, each once.
  RowsCsv(std::vector<std::string> varied, std::vector<std::string> flows, std::vector<std::string> resources);

  [[nodiscard]] std::string header() const;
  [[nodiscard]] std::string row(std::size_t index, const SweepPoint& point, const Identity& identity,
                                std::size_t replication, const RunSummary& summary) const;

 private:
  std::vector<std::string> varied_;
  std::vector<std::string> flows_;
  std::vector<std::string> resources_;
};

// The same file where a capacity was searched: one line per point.
[[nodiscard]] std::string search_header(const std::vector<std::string>& varied);
[[nodiscard]] std::string search_row(std::size_t index, const SweepPoint& point, const std::vector<std::string>& varied,
                                     const SaturateReport& report);

// A cell as CSV has it: quoted where it must be.
[[nodiscard]] std::string csv_cell(const std::string& text);

}  // namespace loadstone::report
