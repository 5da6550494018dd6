// src/report/sweep_report.hpp
//
// A sweep as a table with a line per point, and as JSON with a whole result per point.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/compare.hpp"
#include "sim/experiment/sweep.hpp"

namespace loadstone::report {

struct SweepReport {
  std::string experiment;
  Method method = Method::run;
  std::uint64_t seed = 1;
  std::vector<std::string> varied;
  std::vector<SweepPoint> points;
  std::vector<std::optional<RunResult>> runs;           // by point; nothing where it was not finished
  std::vector<std::optional<SaturateReport>> searches;  // the same, of the other method

  [[nodiscard]] bool complete() const;
};

[[nodiscard]] std::string to_console(const SweepReport& report);
[[nodiscard]] std::string to_json(const SweepReport& report);

}  // namespace loadstone::report
