// sim/kernel/future_event_set.hpp
//
// The future event set: events that have been scheduled and have not run.
//
// Order. The order of event.hpp, which never depends on addresses, hashing or insertion history.
// Cost.  Of many events, only those of the present slice of time are in order (present_keys.hpp); the other slices of a
//        stretch of 256 lie unsorted, one beside the other, and all that comes after the stretch in one pile, where
//        most timeouts and idle timers are cancelled before anybody has sorted them. A slice with many is cut into
//        thinner ones when its time comes (a ladder queue of two rungs). The length of a stretch adapts, so that what
//        the next one costs is paid for by the events that ran in the last.
//        schedule and pop are O(log n) with n the events of a slice; cancel is O(1): the key of what was cancelled
//        stays until it comes to the top, or until there are more of those than pending ones and all are removed.
// Owns.  Its events. At most 2^24 pending and 2^37 in a run; beyond either, a check fails.
// Not.   It has no clock: the kernel owns time and checks that it never goes back.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/kernel/event.hpp"
#include "sim/kernel/present_keys.hpp"
#include "sim/kernel/time_slices.hpp"

namespace loadstone {

class FutureEventSet {
 public:
  FutureEventSet() { add_slot(); }
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
  Action pop() { return take(next_key()); }
  // The same for who has asked for its key. REQUIRES: key is next_key().
  Action take(EventKey key);

  [[nodiscard]] std::uint64_t scheduled() const { return sequence_; }

 private:
  struct Slot {
    Action action;
    std::uint32_t next_free = 0;
    std::uint32_t generation = 0;  // of the key that is pending; 0: free
  };

  static constexpr std::uint32_t kNoSlot = 0xffffffff;
  static constexpr std::size_t kMany = PresentKeys::kFew;  // fewer are all present, and not worth a pass over all
  static constexpr EventKey kNoEnd = EventKey::last();

  [[nodiscard]] bool is_cancelled(EventKey key) const { return slots_[key.slot()].generation != key.generation(); }
  void add_slot();
  void free_slot(std::uint32_t slot) {
    slots_[slot].generation = 0;
    slots_[slot].next_free = free_head_;
    free_head_ = slot;
  }
  // The rest of schedule, where it takes more: an answer of its own, so that the common case need not save anything.
  EventId put(EventKey key, EventId id);
  void prefetch_next() const;
  // Until the first key is a pending one. REQUIRES: !empty().
  void settle();
  void begin_stretches();
  // Of the slices of the next stretch.
  [[nodiscard]] int adapted_bits() const;
  void begin_stretch(SimTime from, int bits);
  [[nodiscard]] bool begin_slice();
  void begin_slice_of(TimeSlices& slices);
  void cut_slice();
  void fetch(const std::vector<EventKey>& keys) const;
  void remove_cancelled();

  PresentKeys soon_;  // all before soon_end_
  EventKey soon_end_ = kNoEnd;
  TimeSlices thin_;              // of the present slice, if that had many
  TimeSlices slices_;            // of the stretch
  std::vector<EventKey> later_;  // after the stretch
  std::size_t keys_ = 0;
  std::size_t cancelled_ = 0;  // of the keys
  std::vector<Slot> slots_;
  std::uint32_t free_head_ = kNoSlot;
  std::uint64_t sequence_ = 0;
  std::uint64_t popped_ = 0;  // in this stretch; far from keys_, or both are added to as one vector, too soon
};

// --- of every event, and so here ------------------------------------------------------------------------------------

inline EventId FutureEventSet::schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                                             std::uint64_t argument) {
  LOADSTONE_CHECK(sequence_ < (std::uint64_t{1} << EventKey::kSequenceBits), "more than 2^37 events in one run");
  LOADSTONE_CHECK(free_head_ != kNoSlot, "more than 2^24 pending events");
  const std::uint32_t place = free_head_;
  Slot& slot = slots_[place];
  free_head_ = slot.next_free;
  slot.action.run = function;
  slot.action.object = object;
  slot.action.argument = argument;
  const EventKey key = EventKey::of(at, phase, sequence_++, place);
  slot.generation = key.generation();
  const EventId id{place, slot.generation};
  ++keys_;
  if (free_head_ == kNoSlot || !runs_before(key, soon_end_) || !soon_.has_place()) {
    return put(key, id);
  }
  soon_.insert(key);
  return id;
}

inline Action FutureEventSet::take(EventKey key) {
  const std::uint32_t place = key.slot();
  const Slot& slot = slots_[place];
  // Three loads: an action that was just scheduled is not ready to be copied as a whole.
  const Action::Function run = slot.action.run;
  void* const object = slot.action.object;
  const std::uint64_t argument = slot.action.argument;
  ++popped_;
  --keys_;
  free_slot(place);
  soon_.pop();
  prefetch_next();
  return {run, object, argument};
}

// What the next event looks at first, while this one runs: its object is mostly cold by now. One that this event
// schedules may come before it. Of a few events all is in a cache.
inline void FutureEventSet::prefetch_next() const {
  if (const EventKey* key = slots_.size() > kMany ? soon_.probable() : nullptr) {
    const Action& next = slots_[key->slot()].action;
    const auto object = reinterpret_cast<std::uintptr_t>(next.object);  // it may be none
    __builtin_prefetch(reinterpret_cast<const void*>(object));
    __builtin_prefetch(reinterpret_cast<const void*>(object + 64));
    __builtin_prefetch(reinterpret_cast<const void*>(next.argument));  // often the request
  }
}

}  // namespace loadstone
