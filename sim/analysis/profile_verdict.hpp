// sim/analysis/profile_verdict.hpp
//
// Whether a workload as written, with its stages, schedules and faults, is carried. It is not where, over any of the
// windows into which the run is divided,
//   blocked    a resource is full and somebody waits 95 % of the time, or
//   refused    over 1 % of its arrivals are turned away or give up because it is full,
// or where, at its end,
//   undrained  what is in a line, of ten at least, would take longer to serve than it may, at the pace of the last
//              window; or over 0.1 % of the requests are still inside when all had that time to end.
//
// Bounds. Each sign has a one-sided 99 % interval over the replications: what breaks by its lower end breaks surely,
//         what breaks by its upper end may break.
// Not.    A line that grows is no sign by itself: stages make lines come and go. An array of members is judged as a
//         whole.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "sim/analysis/saturation.hpp"
#include "sim/stats/estimate.hpp"

namespace loadstone {

inline constexpr double kLeftLimit = 0.001;        // of the requests, at the end
inline constexpr std::int64_t kFewestInLine = 10;  // of a line that is left

struct ProfileVerdict {
  bool surely = false;    // breaks, by lower bounds
  bool probably = false;  // by means
  bool maybe = false;     // by upper bounds
  // Of what surely breaks, else of what probably does: the row whose first bad window is the earliest; among those of
  // one window the one that is worse. None where runs were ended by a limit, or requests are left without a line.
  std::optional<RowId> first;
  Sign sign = Sign::none;
  double agreeing = 0;               // share of the replications in which it was the first
  std::optional<Interval> window_s;  // from the start of the run; none of what is seen at its end
};

// `to_end`: how long what is inside at the end may take. REQUIRES: replications of one horizon, drained for so long.
// What is named in `relieved` is not judged.
[[nodiscard]] ProfileVerdict judge_profile(const Model& model, std::span<const Observations> replications,
                                           Duration to_end, std::span<const std::string> relieved = {});

}  // namespace loadstone
