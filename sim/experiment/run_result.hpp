// sim/experiment/run_result.hpp
//
// The result of `loadstone run`: what was run, and what it says. What the report writers are given; they see no
// observations, so no writer can change a number.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/analysis/run_summary.hpp"
#include "sim/analysis/threshold.hpp"
#include "sim/experiment/precision.hpp"
#include "sim/experiment/warmup.hpp"

namespace loadstone {

struct Cost {
  double fixed_usd_month = 0;
  double variable_usd_month = 0;
  double llm_usd = 0;  // spent on the requests of the measured window
};

struct Identity {
  std::string topology;
  std::string workload;
  std::uint64_t seed = 1;
  double load = 1;
  std::map<std::string, std::string> params;
  std::string engine = "native";
};

// How well the headlines are known, where that was asked for.
struct PrecisionResult {
  PrecisionGoal goal;
  Widest widest;

  [[nodiscard]] bool is_reached() const { return !widest.figure.empty() && widest.relative <= goal.relative; }
};

struct RunResult {
  Identity identity;
  RunSummary summary;
  Warmup warmup;
  std::optional<PrecisionResult> precision;
  std::vector<ThresholdResult> thresholds;
  Cost cost;
  std::vector<std::string> warnings;
  std::string verdict;  // one sentence
  bool saturated = false;
  bool stable = true;
  std::string first;  // the resource that saturates first, "" if none does
};

}  // namespace loadstone
