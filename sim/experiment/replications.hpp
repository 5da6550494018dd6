// sim/experiment/replications.hpp
//
// Independent replications of one model, by whatever executor. Replication r is the same whatever their number.
#pragma once

#include <vector>

#include "sim/experiment/executor.hpp"
#include "sim/run/replication.hpp"

namespace loadstone {

// Replications `first` .. `first + count - 1`.
[[nodiscard]] std::vector<Observations> run_replications(const Model& model, const RunSettings& settings,
                                                         const Horizon& horizon, std::size_t count, Executor& executor,
                                                         std::size_t first = 0);

}  // namespace loadstone
