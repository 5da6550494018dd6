// sim/analysis/one_sided.hpp
//
// Ends of one-sided intervals over replications, 99 % each: a sign of saturation must lie beyond its limit by more than
// noise. Of one replication, half of the value and twice the value: nothing is known of its noise.
#pragma once

#include <span>

#include "sim/stats/estimate.hpp"

namespace loadstone {

[[nodiscard]] inline double lower_bound(std::span<const double> values) {
  const Estimate e = estimate_mean(values, 0.98);
  return e.ci ? e.ci->lo : e.value / 2;
}

[[nodiscard]] inline double upper_bound(std::span<const double> values) {
  const Estimate e = estimate_mean(values, 0.98);
  return e.ci ? e.ci->hi : e.value * 2;
}

}  // namespace loadstone
