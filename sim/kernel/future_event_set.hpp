// sim/kernel/future_event_set.hpp
//
// The future event set: events that have been scheduled and have not run.
//
// Order. The order of event.hpp, which never depends on addresses, hashing or insertion history.
// Cost.  Few events are a 4-ary heap of 16-byte keys. Of many, only those of the present slice of time are; the other
//        slices of a stretch of 256 lie unsorted, one beside the other, and all that comes after the stretch in one
//        heap, where most timeouts and idle timers are cancelled before anybody has sorted them (a ladder queue of one
//        rung). The length of a stretch adapts, so that what the next one costs is paid for by the events that ran in
//        the last. schedule and pop are O(log n) with n the events of a slice; cancel is O(1): a key that was cancelled
//        stays until it comes to the top, or until there are more of those than pending ones and all are removed.
// Owns.  Its events. At most 2^24 pending and 2^37 in a run; beyond either, a check fails.
// Not.   It has no clock: the kernel owns time and checks that it never goes back.
#pragma once

#include <array>
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

  [[nodiscard]] bool empty() const { return soon_.empty(); }
  [[nodiscard]] std::size_t size() const { return keys_ - cancelled_; }
  // REQUIRES: !empty().
  [[nodiscard]] SimTime next_at() const { return soon_.front().at(); }
  [[nodiscard]] EventKey next_key() const { return soon_.front(); }
  Popped pop();

  [[nodiscard]] std::uint64_t scheduled() const { return sequence_; }

 private:
  struct Slot {
    Action action;
    std::uint32_t next_free = 0;   // kCancelled while its key is still in the set
    std::uint32_t generation = 1;  // grows at each reuse, so that old handles are known
  };

  static constexpr std::uint32_t kNoSlot = 0xffffffff;
  static constexpr std::uint32_t kCancelled = 0xfffffffe;
  static constexpr std::size_t kMany = 64;  // fewer are all in the heap, and not worth a pass over all
  static constexpr std::size_t kSlices = 256;
  static constexpr EventKey kNoEnd{~UInt128{0}};

  [[nodiscard]] bool is_cancelled(EventKey key) const { return slots_[key.slot()].next_free == kCancelled; }
  std::uint32_t take_slot();
  void free_slot(std::uint32_t slot);
  void push(EventKey key);
  bool put_in_slice(EventKey key);
  void remove_top();
  void prefetch_next() const;
  // Until the first key is a pending one, or nothing is left.
  void uncover();
  void begin_stretches();
  void adapt_stretch();
  void begin_stretch(SimTime from);
  [[nodiscard]] bool begin_slice();
  void remove_cancelled();
  void make_heap();
  void sift_down(std::size_t position, EventKey key);

  std::vector<EventKey> soon_;  // a heap of all keys before soon_end_; the first is pending
  EventKey soon_end_ = kNoEnd;
  std::int64_t stretch_from_ = 0;
  int slice_bits_ = 0;  // a slice is 2^this ns long
  std::array<std::uint64_t, kSlices / 64> occupied_{};
  std::array<std::vector<EventKey>, kSlices> slices_;
  std::vector<EventKey> later_;  // after the stretch; none if `soon_` is empty
  std::uint64_t popped_ = 0;     // in this stretch
  std::size_t keys_ = 0;
  std::size_t cancelled_ = 0;  // of the keys
  std::vector<Slot> slots_;
  std::uint32_t free_head_ = kNoSlot;
  std::uint64_t sequence_ = 0;
};

}  // namespace loadstone
