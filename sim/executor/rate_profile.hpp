// sim/executor/rate_profile.hpp
//
// A rate of arrivals over time, piecewise linear, and the instants at which its integral reaches given values: the time
// change that turns unit-rate arrivals into those of the profile. A load factor scales the unit-rate arrivals' clock,
// so that at another load the same requests come, closer together.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/base/sim_time.hpp"

namespace loadstone {

class RateProfile {
 public:
  // A stretch during which the rate (per ns) goes linearly from `from` to `to`. REQUIRES: both >= 0, length > 0.
  void add(Duration length, double from, double to);
  // An instantaneous change needs no stretch.

  [[nodiscard]] Duration length() const { return length_; }
  [[nodiscard]] double peak() const { return peak_; }       // per ns
  [[nodiscard]] double integral() const { return total_; }  // arrivals expected over the whole profile
  // The same length at the peak rate throughout.
  [[nodiscard]] RateProfile at_peak() const;
  // Goes on with the last rate after its end, for ever. False if that rate is zero.
  [[nodiscard]] bool continues() const { return !pieces_.empty() && pieces_.back().to > 0; }

  // The instant (ns from the start) at which the integral reaches `arrivals`; infinity if it never does within the
  // profile, or, with `beyond`, not even when the last rate goes on.
  [[nodiscard]] double reaches(double arrivals, bool beyond) const {
    return arrivals >= 0 && arrivals < constant_until_ ? arrivals / peak_ : reaches_in_pieces(arrivals, beyond);
  }

 private:
  struct Piece {
    double start = 0;   // ns
    double length = 0;  // ns
    double from = 0;    // per ns
    double to = 0;
    double before = 0;  // integral up to the start
  };

  [[nodiscard]] double reaches_in_pieces(double arrivals, bool beyond) const;

  std::vector<Piece> pieces_;
  Duration length_;
  double peak_ = 0;
  double total_ = 0;
  double constant_until_ = 0;  // this integral, if it consists of one stretch at one rate
};

}  // namespace loadstone
