// sim/experiment/measure_bound.hpp
//
// The analytic bound of a model under its workload held at its peak: demands measured in one short run without limits
// in which every duration is its mean (sim/analysis/bound.hpp).
#pragma once

#include "sim/analysis/bound.hpp"
#include "sim/run/replication.hpp"

namespace loadstone {

// Makes every source a constant load at its peak.
void hold_peaks(Model& model, Duration end);

// Holds the model's sources at their peaks. Of the settings, the seed, the load and what is relieved are used; the
// engine is always the native one. Where the settings' engine has a network of its own, transfers take no time here.
[[nodiscard]] Bound measure_bound(Model& model, RunSettings settings);

}  // namespace loadstone
