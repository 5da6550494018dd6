// src/simgrid/timeline.hpp
//
// The events of a run on SimGrid's clock: one timer of SimGrid for each distinct instant, and under it the events of
// that instant in their order, since SimGrid runs equal dates in no documented order.
//
// Time.  SimGrid's clock is a double of seconds. An instant is a whole number of nanoseconds and is never taken back
//        from that double: the timer knows its instant. Up to 2^23 s (97 days) two instants have different dates; what
//        is later than that is kept, and never comes.
// Owns.  The events. It shares nothing with the native future event set, which it is there to check.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/kernel/event.hpp"

namespace loadstone::simgrid_engine {

inline constexpr SimTime kLatest{(INT64_C(1) << 23) * 1'000'000'000};

[[nodiscard]] constexpr double date_of(SimTime at) {
  return static_cast<double>(at.ns) / 1e9;
}

class Timeline {
 public:
  // `on_instant` is called by SimGrid when the instant has come; it takes the events out, one after the other.
  explicit Timeline(std::function<void(SimTime)> on_instant) : on_instant_(std::move(on_instant)) {}

  // The place of an event among those of its phase. Each is given out once.
  std::uint64_t next_sequence() { return sequence_++; }
  EventId schedule(SimTime at, Phase phase, std::uint64_t sequence, Action action);
  bool cancel(EventId id);

  struct Next {
    EventKey key;
    Action action;
  };
  [[nodiscard]] bool has(SimTime instant) const;
  // The first of that instant, which is taken out. REQUIRES: has(instant).
  Next take(SimTime instant);
  // Nothing is left of an instant whose timer has rung.
  void forget(SimTime instant) { instants_.erase(instant.ns); }

  [[nodiscard]] std::size_t pending() const { return pending_; }

 private:
  using Place = std::pair<Phase, std::uint64_t>;
  struct Event {
    Action action;
    SimTime at;
    Place place{};
    std::uint32_t generation = 1;
    bool is_pending = false;
  };

  void free(std::uint32_t slot);

  std::function<void(SimTime)> on_instant_;
  std::vector<Event> events_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::int64_t, std::map<Place, std::uint32_t>> instants_;  // those that have a timer
  std::uint64_t sequence_ = 0;
  std::size_t pending_ = 0;
};

}  // namespace loadstone::simgrid_engine
