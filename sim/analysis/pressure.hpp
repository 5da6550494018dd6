// sim/analysis/pressure.hpp
//
// How hard a row is pressed over a stretch of a run: what two of the signs of saturation are read from, over a whole
// window (saturation.hpp) and over a minute of it (profile_verdict.hpp).
#pragma once

#include <algorithm>

#include "sim/analysis/saturation.hpp"

namespace loadstone {

struct Pressure {
  double blocked =
      0;  // share of time with somebody in line before what is full; of a bucket, of what comes in that is used
  double refused = 0;  // share of arrivals turned away, or given up
};

// `over`: the totals of all its members in a stretch of that length.
[[nodiscard]] inline Pressure pressure_of(const ResourcePlan& plan, const Totals& over, double length_ns,
                                          double members) {
  const Int128 pressed = plan.refills ? over.in_use_area : std::min(over.blocked_time, over.full_time);
  const double arrivals = static_cast<double>(over.arrivals);
  return {to_double(pressed) / length_ns / members,
          over.arrivals == 0 ? 0.0 : static_cast<double>(over.refused + over.timed_out) / arrivals};
}

[[nodiscard]] inline double blocked_limit_of(const ResourcePlan& plan) {
  return plan.refills ? kUsedLimit : kBlockedLimit;
}

}  // namespace loadstone
