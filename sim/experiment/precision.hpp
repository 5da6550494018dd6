// sim/experiment/precision.hpp
//
// As many replications as it takes until every headline is known well enough: the throughput, the mean latency and the
// 95th percentile of each flow that completes anything.
//
// Not. A sequential stop looks at intervals several times, so they cover a little less than they say. An overload's
//      figures differ from run to run for as long as it is simulated: the budget ends that.
#pragma once

#include <string>
#include <vector>

#include "sim/analysis/run_summary.hpp"
#include "sim/experiment/executor.hpp"
#include "sim/run/replication.hpp"

namespace loadstone {

struct PrecisionGoal {
  double relative = 0;   // half-width over value
  std::size_t most = 0;  // replications
};

// The figure whose interval is widest for its value. Infinite where one has no interval.
struct Widest {
  std::string figure;  // "p95 of flow 'buy'"; "" if nothing completed
  double relative = 0;
};
[[nodiscard]] Widest widest_headline(const RunSummary& summary);

// At least `replications`, then more by what the widest interval asks for, at most as many again as there are.
[[nodiscard]] std::vector<Observations> run_until_precise(const Model& model, const RunSettings& settings,
                                                          const Horizon& horizon, std::size_t replications,
                                                          const PrecisionGoal& goal, Executor& executor);

}  // namespace loadstone
