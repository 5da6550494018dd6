// tests/support/late_timers.hpp
//
// A kernel, of either engine, on which what ends a pause comes a nanosecond late: tests must notice it.
#pragma once

#include "sim/kernel/kernel.hpp"

namespace loadstone::test {

template <class SoundKernel>
class LateTimers final : public SoundKernel {
 protected:
  EventId schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                        std::uint64_t argument) override {
    const SimTime late = phase == Phase::wake && at > this->now() ? at + Duration{1} : at;
    return SoundKernel::schedule_call(late, phase, function, object, argument);
  }
};

}  // namespace loadstone::test
