// sim/random/math_tables.hpp
//
// The constants behind sim/random/math, apart so that a test can look at them. Nothing else includes this.
#pragma once

#include <array>

#include "sim/random/math.hpp"

namespace loadstone::math::detail {

// 2^(j/128) = power * (1 + tail).
struct ExpEntry {
  double power;
  double tail;
};

extern const std::array<ExpEntry, 128> kExpTable;

}  // namespace loadstone::math::detail
