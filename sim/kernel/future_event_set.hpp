// sim/kernel/future_event_set.hpp
//
// The future event set: events that have been scheduled and have not run.
//
// Order. The order of event.hpp, which never depends on addresses, hashing or insertion history.
// Cost.  schedule, pop and cancel are O(log n) in a 4-ary heap of 16-byte keys; cancel removes the event.
// Owns.  Its events. At most 2^24 pending and 2^37 in a run; beyond either, a check fails.
// Not.   It has no clock: the kernel owns time and checks that it never goes back.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/kernel/event.hpp"

namespace loadstone {

class FutureEventSet {
 public:
  struct Popped {
    SimTime at;
    Phase phase;
    Action action;
  };

  EventId schedule(SimTime at, Phase phase, Action action) {
    return schedule_call(at, phase, action.run, action.object, action.argument);
  }
  EventId schedule_call(SimTime at, Phase phase, Action::Function function, void* object, std::uint64_t argument);
  // True if the event was pending and is now removed; false for one that has run or was cancelled.
  bool cancel(EventId id);
  [[nodiscard]] bool is_pending(EventId id) const {
    return id.is_set() && id.slot < slots_.size() && slots_[id.slot].generation == id.generation;
  }

  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  // REQUIRES: !empty().
  [[nodiscard]] SimTime next_at() const { return heap_.front().at(); }
  [[nodiscard]] EventKey next_key() const { return heap_.front(); }
  Popped pop();

  [[nodiscard]] std::uint64_t scheduled() const { return sequence_; }

 private:
  struct Slot {
    Action action;
    std::uint32_t position = 0;    // in the heap while pending; next free slot otherwise
    std::uint32_t generation = 1;  // grows at each reuse, so that old handles are known
  };

  static constexpr std::uint32_t kNoSlot = 0xffffffff;

  std::uint32_t take_slot();
  void free_slot(std::uint32_t slot);
  void sift_up(std::size_t position, EventKey key);
  void sift_down(std::size_t position, EventKey key);
  void place(std::size_t position, EventKey key) {
    heap_[position] = key;
    slots_[key.slot()].position = static_cast<std::uint32_t>(position);
  }

  std::vector<EventKey> heap_;
  std::vector<Slot> slots_;
  std::uint32_t free_head_ = kNoSlot;
  std::uint64_t sequence_ = 0;
};

}  // namespace loadstone
