// sim/kernel/class_clock.hpp
//
// A class of jobs that run at the same rate: one virtual clock (the work that a job of the class has attained), and a
// heap of what its jobs want. Fixed point, in 2^-40 ns.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/base/int128.hpp"

namespace loadstone {

inline constexpr int kClockBits = 40;
inline constexpr double kClockOne = static_cast<double>(INT64_C(1) << kClockBits);  // 1.0 in fixed point

struct ClassClock {
  struct Item {          // of the heap, by attained work at which the job is done, then by arrival
    UInt128 finish = 0;  // 2^-40 ns
    std::uint64_t sequence = 0;
    std::uint32_t slot = 0;
  };
  std::vector<Item> heap;
  std::uint64_t rate = 0;  // attained work per ns, 2^-40
  UInt128 clock = 0;       // attained work of every job, 2^-40 ns
};

}  // namespace loadstone
