// sim/experiment/horizon.hpp
//
// How long a workload is run and what of it is measured, by its own words: `duration` and `warmup`, or else to the end
// of the last scenario, with a fifth discarded from a constant workload and nothing from a staged one, or where a
// schedule fires.
#pragma once

#include "sim/engine/model.hpp"
#include "sim/run/replication.hpp"
#include "sim/spec/workload.hpp"

namespace loadstone {

[[nodiscard]] Horizon horizon_of(const Workload& workload, const Model& model);

}  // namespace loadstone
