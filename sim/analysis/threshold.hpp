// sim/analysis/threshold.hpp
//
// k6's thresholds on a summary: `latency{flow:converse}: p(95)<8000`, `failed: rate<0.01`, `dropped_iterations:
// count<1`.
//
// Units. Times in milliseconds, as in k6. Metrics: latency (k6's iteration_duration and http_req_duration mean the
// same),
//        failed (http_req_failed), iterations, dropped_iterations.
#pragma once

#include <string>
#include <vector>

#include "sim/analysis/run_summary.hpp"
#include "sim/base/diagnostic.hpp"
#include "sim/spec/workload.hpp"

namespace loadstone {

struct ThresholdResult {
  std::string metric;  // with its tag
  std::string expression;
  Estimate actual;
  double limit = 0;
  bool ok = false;
};

// One threshold, understood: which figure, which comparison, which limit.
struct Threshold {
  ThresholdSpec spec;
  enum class Figure : std::uint8_t { quantile, mean, minimum, maximum, count, rate } figure = Figure::mean;
  double quantile = 0;
  std::string comparison;  // < <= > >= == !=
  double limit = 0;
};

// Reports unknown metrics, statistics and flows.
[[nodiscard]] std::vector<Threshold> parse_thresholds(const Workload& workload, const Topology& topology,
                                                      Diagnostics& diagnostics);
// The quantiles that the thresholds ask for, to be part of the summary.
[[nodiscard]] std::vector<double> quantiles_of(const std::vector<Threshold>& thresholds);
[[nodiscard]] std::vector<ThresholdResult> judge(const std::vector<Threshold>& thresholds, const RunSummary& summary);

}  // namespace loadstone
