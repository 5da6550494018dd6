// bench/event_lists/ladder_queue.hpp
//
// A ladder queue: W. T. Tang, R. S. M. Goh, I. L. Thng, "Ladder queue: an O(1) priority queue structure for
// large-scale discrete event simulation", ACM TOMACS 15 (2005). What comes late lies unsorted in the top; when all
// that is earlier has run, it is spread over the buckets of a rung, a bucket with many events over a rung of its own,
// and a bucket with few is sorted into the bottom, from which events leave.
//
// Cost. O(1) on average for all of them. cancel marks the event, which goes when its bucket is next looked at, or when
//       most are marked and all of those are removed.
#pragma once

#include <vector>

#include "bench/event_lists/slot_table.hpp"

namespace loadstone::bench {

class LadderQueue {
 public:
  static constexpr const char* kName = "ladder queue";

  EventId schedule(SimTime at, Phase phase, Action action) {
    const std::uint32_t index = slots_.take(at, phase, action);
    slots_[index].place.cancelled = false;
    ++keys_;
    enter(index);
    return slots_.id_of(index);
  }

  bool cancel(EventId id) {
    if (!slots_.is_pending(id)) {
      return false;
    }
    slots_.forget(id.slot);
    slots_[id.slot].place.cancelled = true;
    if (++cancelled_ > keys_ / 2 + kThreshold) {
      remove_cancelled();
    }
    return true;
  }

  [[nodiscard]] bool empty() const { return keys_ == cancelled_; }
  // REQUIRES: !empty().
  Popped pop() {
    uncover();
    const std::uint32_t index = bottom_.back().slot();
    const Popped popped = slots_.popped(index);
    slots_.forget(index);
    remove_first();
    return popped;
  }

 private:
  struct Place {
    std::uint32_t next = kNone;  // in its bucket
    bool cancelled = false;
  };
  struct Bucket {
    std::uint32_t first = kNone;
    std::uint32_t count = 0;
  };
  struct Rung {
    std::int64_t from = 0;
    int bits = 0;             // a bucket is 2^this ns long
    std::size_t present = 0;  // the buckets before it are empty, and what would be in them is further down
    std::size_t size = 0;     // buckets
    std::vector<Bucket> buckets;

    [[nodiscard]] std::int64_t reached() const { return from + (static_cast<std::int64_t>(present) << bits); }
  };

  static constexpr std::size_t kThreshold = 50;  // the paper's: a bucket with more is spread
  static constexpr std::size_t kMostRungs = 8;

  [[nodiscard]] std::int64_t instant_of(std::uint32_t index) const { return slots_[index].key.at().ns; }

  void put(Bucket& bucket, std::uint32_t index) {
    slots_[index].place.next = bucket.first;
    bucket.first = index;
    ++bucket.count;
  }
  void put(Rung& rung, std::uint32_t index) {
    put(rung.buckets[static_cast<std::size_t>((instant_of(index) - rung.from) >> rung.bits)], index);
  }

  void enter(std::uint32_t index);

  static bool runs_after(EventKey a, EventKey b) { return runs_before(b, a); }

  // --- down the ladder ----------------------------------------------------------------------------------------

  // Until the last in the bottom is a pending event. REQUIRES: there is one.
  void uncover();
  void remove_first() {
    slots_.give_back(bottom_.back().slot());
    bottom_.pop_back();
    --keys_;
  }

  // The next bucket of the lowest rung goes to the bottom, or, if it has many, becomes a rung.
  void descend();
  // Over a new rung of at most so many buckets, from `from` on for `span`.
  void spread(Bucket bucket, std::int64_t from, std::int64_t span, std::size_t buckets);
  void spread_top();
  // So that events which are scheduled soon do not make it a long list.
  void spread_bottom();

  // --- cancelled events ---------------------------------------------------------------------------------------

  void drop(std::uint32_t index);
  void remove_cancelled();

  SlotTable<Place> slots_;
  Bucket top_;                 // all events from top_from_ on
  std::int64_t top_from_ = 0;  // nothing is pending before it if there is no rung and the bottom is empty
  std::vector<Rung> rungs_;    // of each, what is before its present bucket is in the next one or the bottom
  std::size_t rungs_used_ = 0;
  std::vector<EventKey> bottom_;  // latest first
  std::size_t keys_ = 0;
  std::size_t cancelled_ = 0;  // of the keys
};

}  // namespace loadstone::bench
