// sim/stats/variance.hpp
//
// How much values scatter.
#pragma once

#include <span>

namespace loadstone {

// Of a sample (divisor n - 1); 0 of fewer than two values.
[[nodiscard]] inline double variance(std::span<const double> values) {
  if (values.size() < 2) {
    return 0;
  }
  double mean = 0;
  for (const double value : values) {
    mean += value / static_cast<double>(values.size());
  }
  double squares = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return squares / static_cast<double>(values.size() - 1);
}

}  // namespace loadstone
