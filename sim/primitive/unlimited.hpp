// sim/primitive/unlimited.hpp
//
// A capacity that nothing reaches: what a resource has once it is relieved, or was never limited.
// Not ResourcePlan::kUnlimited, which is what a plan says, in double.
#pragma once

#include <cstdint>

namespace loadstone {

inline constexpr std::int64_t kUnlimitedUnits = std::int64_t{1} << 60;

}  // namespace loadstone
