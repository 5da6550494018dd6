// sim/engine/pace.hpp
//
// How fast something works over a run: at its own speed, or at a fraction of it while a fault makes it slow.
//
// Exact. Factors are in 2^-20 and together at most a million. Work ends at the first nanosecond at which all of it is
//        done; what is left at a change of speed is rounded up to 2^-20 ns.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/base/sim_time.hpp"

namespace loadstone {

class Pace {
 public:
  // From `from` on and before `until` everything takes `factor` times as long; where spans overlap, factors multiply.
  // REQUIRES: from < until, factor >= 1.
  void slow(SimTime from, SimTime until, double factor);
  void clear() { pieces_.clear(); }
  [[nodiscard]] bool is_even() const { return pieces_.empty(); }

  // When work that begins at `from` ends. REQUIRES: work >= 0.
  [[nodiscard]] SimTime end_of(SimTime from, Duration work) const;
  // When the factor changes, ascending.
  [[nodiscard]] std::vector<SimTime> changes() const;
  // The factor at an instant.
  [[nodiscard]] double factor_at(SimTime at) const;

 private:
  struct Piece {
    SimTime from;  // until the next piece begins
    double factor = 1;
    std::int64_t fixed = 1 << 20;
  };
  [[nodiscard]] std::size_t piece_at(SimTime at) const;  // REQUIRES: there are pieces
  std::size_t cut(SimTime at);

  std::vector<Piece> pieces_;  // ascending, the first from 0; empty: always at its own speed
};

}  // namespace loadstone
