// sim/observe/level.hpp
//
// What one waiting place did over a run, in integers: how many are served and in line now, their time integrals, how
// long it was full and how long somebody waited, and counts of what happened to arrivals.
//
// Integrals. The integral of a level is level x now - (sum of the instants at which it rose - sum of those at which it
//            fell), so a change costs one addition. All in nanoseconds, 128 bits, exact.
// Layout.    What each grant and each release touches is in the first 64 bytes, which a Member puts on one cache line.
// Not.       No histograms: those are kept once per declared resource (meter.hpp), levels once per member.
#pragma once

#include <cstdint>

#include "sim/base/int128.hpp"
#include "sim/base/sim_time.hpp"

namespace loadstone {

// Totals of a Level up to an instant. Differences of two of them describe a window; sums describe several members.
struct Totals {
  Int128 in_use_area = 0;    // unit-nanoseconds
  Int128 waiting_area = 0;   // waiter-nanoseconds
  Int128 full_time = 0;      // ns during which no unit was free
  Int128 blocked_time = 0;   // ns during which somebody was in line
  std::int64_t in_use = 0;   // at the instant
  std::int64_t waiting = 0;  // at the instant
  std::uint64_t arrivals = 0;
  std::uint64_t granted = 0;
  std::uint64_t waited = 0;     // granted after a wait above zero
  std::uint64_t refused = 0;    // turned away on arrival
  std::uint64_t timed_out = 0;  // left the line: patience, timeout
  std::uint64_t completed = 0;

  Totals& operator+=(const Totals& other);
  friend Totals operator-(const Totals& a, const Totals& b);
};

class Level {
  std::int64_t capacity_;
  std::int64_t in_use_ = 0;
  std::int64_t waiting_ = 0;

 public:
  std::uint64_t arrivals = 0;

 private:
  Int128 in_use_sum_ = 0;

 public:
  std::uint64_t granted = 0;
  std::uint64_t completed = 0;  // the first 64 bytes end here
  std::uint64_t waited = 0;
  std::uint64_t refused = 0;
  std::uint64_t timed_out = 0;

  explicit Level(std::int64_t capacity = INT64_MAX) : capacity_(capacity) {}

  [[nodiscard]] std::int64_t in_use() const { return in_use_; }
  [[nodiscard]] std::int64_t waiting() const { return waiting_; }
  [[nodiscard]] std::int64_t capacity() const { return capacity_; }

  void use(SimTime now, std::int64_t units) {
    const bool was_full = in_use_ >= capacity_;
    in_use_ += units;
    in_use_sum_ += static_cast<Int128>(now.ns) * units;
    note_full(now, was_full);
  }
  void enter_line(SimTime now) {
    waiting_sum_ += now.ns;
    if (waiting_++ == 0) {
      blocked_since_ = now;
    }
  }
  void leave_line(SimTime now) {
    waiting_sum_ -= now.ns;
    if (--waiting_ == 0) {
      blocked_time_ += now.ns - blocked_since_.ns;
    }
  }
  void set_capacity(SimTime now, std::int64_t capacity) {
    const bool was_full = in_use_ >= capacity_;
    capacity_ = capacity;
    note_full(now, was_full);
  }

  [[nodiscard]] Totals totals(SimTime now) const;
  // Since when somebody has been in line without a break; meaningful while waiting() > 0.
  [[nodiscard]] SimTime blocked_since() const { return blocked_since_; }

 private:
  void note_full(SimTime now, bool was_full) {
    const bool is_full = in_use_ >= capacity_;
    if (is_full && !was_full) {
      full_since_ = now;
    } else if (was_full && !is_full) {
      full_time_ += now.ns - full_since_.ns;
    }
  }

  Int128 waiting_sum_ = 0;
  Int128 full_time_ = 0;
  Int128 blocked_time_ = 0;
  SimTime full_since_;
  SimTime blocked_since_;
};

}  // namespace loadstone
