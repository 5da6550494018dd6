// sim/stats/rank.hpp
//
// Which of n ascending values a quantile is: the one of rank max(1, ceil(q n)), counted from 1.
//
// Exact. A product q n that is within 1e-12 (relative) above an integer counts as that integer: 0.07 x 100 is 7, not 8.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace loadstone {

// REQUIRES: 0 <= q <= 1.
[[nodiscard]] inline std::uint64_t rank_of(double q, std::uint64_t n) {
  constexpr double kProductSlack = 1e-12;
  return static_cast<std::uint64_t>(std::max(1.0, std::ceil(q * static_cast<double>(n) * (1 - kProductSlack))));
}

}  // namespace loadstone
