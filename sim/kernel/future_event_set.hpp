// sim/kernel/future_event_set.hpp
//
// The future event set: events that have been scheduled and have not run.
//
// Order. The order of event.hpp, which never depends on addresses, hashing or insertion history.
// Cost.  Of many events, only those of the present slice of time are in order (present_keys.hpp); the other slices of a
//        stretch of 256 lie unsorted, one beside the other, and all that comes after the stretch in one pile, where
//        most timeouts and idle timers are cancelled before anybody has sorted them (a ladder queue of one rung). The
//        length of a stretch adapts, so that what the next one costs is paid for by the events that ran in the last.
//        schedule and pop are O(log n) with n the events of a slice; cancel is O(1): a key that was cancelled stays
//        until it comes to the top, or until there are more of those than pending ones and all are removed.
// Owns.  Its events. At most 2^24 pending and 2^37 in a run; beyond either, a check fails.
// Not.   It has no clock: the kernel owns time and checks that it never goes back.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/kernel/event.hpp"
#include "sim/kernel/present_keys.hpp"

namespace loadstone {

class FutureEventSet {
 public:
  EventId schedule(SimTime at, Phase phase, Action action) {
    return schedule_call(at, phase, action.run, action.object, action.argument);
  }
  EventId schedule_call(SimTime at, Phase phase, Action::Function function, void* object, std::uint64_t argument);
  // True if the event was pending and is now removed; false for one that has run or was cancelled.
  bool cancel(EventId id);
  [[nodiscard]] bool is_pending(EventId id) const {
    return id.is_set() && id.slot < slots_.size() && slots_[id.slot].generation == id.generation;
  }

  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const { return keys_ - cancelled_; }
  // REQUIRES: !empty().
  [[nodiscard]] SimTime next_at() { return next_key().at(); }
  [[nodiscard]] EventKey next_key() {
    if (soon_.empty() || (cancelled_ > 0 && is_cancelled(soon_.first()))) {
      settle();
    }
    return soon_.first();
  }
  // Removes the next event. REQUIRES: !empty().
  Action pop();

  [[nodiscard]] std::uint64_t scheduled() const { return sequence_; }

 private:
  struct Slot {
    Action action;
    std::uint32_t next_free = 0;   // kCancelled while its key is still in the set
    std::uint32_t generation = 1;  // grows at each reuse, so that old handles are known
  };

  static constexpr std::uint32_t kNoSlot = 0xffffffff;
  static constexpr std::uint32_t kCancelled = 0xfffffffe;
  static constexpr std::size_t kMany = PresentKeys::kFew;  // fewer are all present, and not worth a pass over all
  static constexpr std::size_t kSlices = 256;
  static constexpr EventKey kNoEnd{~UInt128{0}};

  // So that handles on the event that had the slot are known to be old.
  static void renew(std::uint32_t& generation) {
    generation += generation == 0xffffffff ? 2 : 1;  // 0 is no event
  }
  [[nodiscard]] bool is_cancelled(EventKey key) const { return slots_[key.slot()].next_free == kCancelled; }
  std::uint32_t add_slot();
  void free_slot(std::uint32_t slot) {
    slots_[slot].next_free = free_head_;
    free_head_ = slot;
  }
  void put_late(EventKey key);
  bool put_in_slice(EventKey key);
  void prefetch_next() const;
  // Until the first key is a pending one, or nothing is left.
  void settle();
  void begin_stretches();
  void adapt_stretch();
  void begin_stretch(SimTime from);
  [[nodiscard]] bool begin_slice();
  void remove_cancelled();

  PresentKeys soon_;  // all before soon_end_
  EventKey soon_end_ = kNoEnd;
  std::int64_t stretch_from_ = 0;
  int slice_bits_ = 0;  // a slice is 2^this ns long
  std::array<std::uint64_t, kSlices / 64> occupied_{};
  std::array<std::vector<EventKey>, kSlices> slices_;
  std::vector<EventKey> later_;  // after the stretch
  std::uint64_t popped_ = 0;     // in this stretch
  std::size_t keys_ = 0;
  std::size_t cancelled_ = 0;  // of the keys
  std::vector<Slot> slots_;
  std::uint32_t free_head_ = kNoSlot;
  std::uint64_t sequence_ = 0;
};

// --- of every event, and so here ------------------------------------------------------------------------------------

inline EventId FutureEventSet::schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                                             std::uint64_t argument) {
  LOADSTONE_CHECK(sequence_ < (std::uint64_t{1} << EventKey::kSequenceBits), "more than 2^37 events in one run");
  const std::uint32_t place = free_head_ != kNoSlot ? free_head_ : add_slot();
  Slot& slot = slots_[place];
  free_head_ = slot.next_free;
  slot.next_free = kNoSlot;
  slot.action.run = function;
  slot.action.object = object;
  slot.action.argument = argument;
  const EventKey key = EventKey::of(at, phase, sequence_++, place);
  ++keys_;
  if (runs_before(key, soon_end_)) {
    soon_.push(key);
    if (soon_.size() == kMany && soon_end_.bits == kNoEnd.bits) [[unlikely]] {
      begin_stretches();
    }
  } else {
    put_late(key);
  }
  return {place, slot.generation};
}

inline Action FutureEventSet::pop() {
  const std::uint32_t place = next_key().slot();
  Slot& slot = slots_[place];
  const Action action = slot.action;
  renew(slot.generation);
  ++popped_;
  --keys_;
  free_slot(place);
  soon_.pop();
  prefetch_next();
  return action;
}

// What the next event looks at first, while this one runs: its object is mostly cold by now. One that this event
// schedules may come before it.
inline void FutureEventSet::prefetch_next() const {
  if (const EventKey* key = soon_.probable()) {
    const Action& next = slots_[key->slot()].action;
    const auto object = reinterpret_cast<std::uintptr_t>(next.object);  // it may be none
    __builtin_prefetch(reinterpret_cast<const void*>(object));
    __builtin_prefetch(reinterpret_cast<const void*>(object + 64));
    __builtin_prefetch(reinterpret_cast<const void*>(next.argument));  // often the request
  }
}

}  // namespace loadstone
