// sim/experiment/profile_search.hpp
//
// The search of saturate.hpp for a workload as written: stages, think times, schedules and faults run their course at
// each value that is tried, and sim/analysis/profile_verdict.hpp says whether it is carried.
//
// Search.   Doubles or halves until the edge is between two values, then bisects, all replications each time.
// Interval. From the greatest value below which nothing may break to the smallest that surely breaks: what is between
//           is not told by these replications.
// Windows.  The run is divided evenly, into about a minute each.
// Cost.     Ten to twenty times all replications of the whole course.
#pragma once

#include "sim/experiment/saturate.hpp"

namespace loadstone {

[[nodiscard]] SaturateResult search_profile(const ModelAt& model_at, const SaturateRequest& request,
                                            Executor& executor);

}  // namespace loadstone
