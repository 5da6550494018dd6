// sim/experiment/warmup.hpp
//
// What of a run is discarded because it still shows that it began empty: as the workload says, by rule, or detected.
//
// Detection. Four pilot replications from the very start, without warm-up; of each flow the mean latency and of each
//            resource the number inside, in equal blocks, averaged over the pilots; each series is cut by MSER-5, and
//            the longest beginning counts. Series of which too few events are known say nothing.
// Not.       Only for loads that do not change: a staged one has no steady state to wait for.
#pragma once

#include <string>

#include "sim/experiment/executor.hpp"
#include "sim/run/replication.hpp"
#include "sim/spec/workload.hpp"

namespace loadstone {

struct Warmup {
  enum class By : std::uint8_t { workload, rule, detection };

  By by = By::rule;
  std::string longest;     // of a detection: whose beginning lasts longest, "flow 'buy'"; "" if none has one
  bool stationary = true;  // of a detection: false if half of the run was not enough; then the rule's is discarded
};

struct WarmedHorizon {
  Horizon horizon;
  Warmup warmup;
};

// Runs pilots where the workload wants its warm-up detected.
[[nodiscard]] WarmedHorizon warmed_horizon(const Workload& workload, const Model& model, const RunSettings& settings,
                                           Executor& executor);

}  // namespace loadstone
