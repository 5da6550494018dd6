// sim/theory/little.hpp
//
// Little's law: mean number inside = throughput x mean time inside, for any system that does not grow.
//
// Source. Little, Operations Research 9 (1961); Stidham, Operations Research 22 (1974) for sample paths.
// Units.  Rates per second, times in seconds.
#pragma once

#include <algorithm>
#include <cmath>

namespace loadstone {

[[nodiscard]] constexpr double little_number(double throughput, double time) {
  return throughput * time;
}
// REQUIRES: throughput > 0.
[[nodiscard]] constexpr double little_time(double number, double throughput) {
  return number / throughput;
}

// |L - X T| relative to the larger of the two; 0 when both are 0.
[[nodiscard]] inline double little_gap(double number, double throughput, double time) {
  const double expected = little_number(throughput, time);
  const double scale = std::max(std::abs(number), std::abs(expected));
  return scale > 0 ? std::abs(number - expected) / scale : 0;
}

}  // namespace loadstone
