// sim/base/infinity.hpp
//
// The double that is larger than every number.
#pragma once

#include <limits>

namespace loadstone {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace loadstone
