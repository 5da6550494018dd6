// sim/primitive/sweep.hpp
//
// A limit that is not enforced by a timer of its own but looked at every so often: what is over is seen at the next
// look, strictly later. All that one process looks after has the same phase, drawn by the process's name.
#pragma once

#include <optional>
#include <string>

#include "sim/engine/simulation.hpp"

namespace loadstone {

struct SweepPlan {
  Duration every;
  std::string of;  // the process that looks
};

class Sweep {
 public:
  Sweep(const Simulation& simulation, const std::optional<SweepPlan>& plan) {
    if (plan) {
      every_ = plan->every.ns;
      const double share =
          simulation.settings().expected_values ? 0.5 : uniform(draw_of(simulation.key_of(plan->of), 0, 0));
      phase_ = static_cast<std::int64_t>(share * static_cast<double>(every_));
    }
  }

  // When it is seen that `instant` is past; without a sweep, then. REQUIRES: instant >= 0.
  [[nodiscard]] SimTime after(SimTime instant) const {
    return every_ == 0 || instant.ns < phase_ ? SimTime{every_ == 0 ? instant.ns : phase_}
                                              : SimTime{((instant.ns - phase_) / every_ + 1) * every_ + phase_};
  }

 private:
  std::int64_t every_ = 0;
  std::int64_t phase_ = 0;
};

}  // namespace loadstone
