// sim/experiment/run.hpp
//
// `loadstone run` as a function: replications of one model under its workload, summarized and judged.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "sim/experiment/executor.hpp"
#include "sim/experiment/precision.hpp"
#include "sim/experiment/run_result.hpp"
#include "sim/run/replication.hpp"

namespace loadstone {

struct RunRequest {
  RunSettings settings;
  std::size_t replications = 10;
  std::vector<double> quantiles;           // beside the usual ones
  std::optional<PrecisionGoal> precision;  // more replications until it is reached
};

[[nodiscard]] RunResult run(const Model& model, const Topology& topology, const Workload& workload,
                            const std::vector<Threshold>& thresholds, const RunRequest& request, Executor& executor);

// What those replications say.
[[nodiscard]] RunResult conclude(const Model& model, const Topology& topology, const Workload& workload,
                                 const std::vector<Threshold>& thresholds, const RunRequest& request,
                                 const Warmup& warmup, std::span<const Observations> observed);

}  // namespace loadstone
