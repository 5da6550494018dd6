// sim/kernel/present_keys.hpp
//
// The keys of the events that come next, in their order: a few lie sorted, the next one last; more are a 4-ary heap.
//
// Cost. Of a few (at most kFew): push moves those that run before the key, and most keys are of the near future; pop is
//       a decrement. Of more: O(log n). What pop takes from a heap leaves its place open: most events schedule one,
//       which is put there and sinks, so that the heap is put in order once and not twice.
// Not.  It knows no slots, and so not which of its events were cancelled.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "sim/kernel/event.hpp"

namespace loadstone {

class PresentKeys {
 public:
  static constexpr std::size_t kFew = 64;

  [[nodiscard]] bool empty() const { return few_ == 0 && heap_.size() == (is_open_ ? 1 : 0); }
  [[nodiscard]] std::size_t size() const { return few_ + heap_.size() - (is_open_ ? 1 : 0); }
  // REQUIRES of this and of pop(): !empty().
  [[nodiscard]] EventKey first() { return few_ > 0 ? last_of_few()[0] : first_of_heap(); }
  void pop() {
    if (few_ > 0) {
      --few_;
    } else {
      pop_of_heap();
    }
  }
  void push(EventKey key) {
    if (has_place()) {
      insert(key);
    } else {
      push_in_heap(key);
    }
  }
  // Whether there are a few, and there will be.
  [[nodiscard]] bool has_place() const { return few_ < kFew && heap_.empty(); }
  // As push. REQUIRES: has_place().
  void insert(EventKey key) {
    // Before or after the first one is as good as random, and a branch would be guessed wrong each second time.
    EventKey* place = last_of_few();
    const std::uint64_t mask = -static_cast<std::uint64_t>(runs_before(*place, key));
    const UInt128 other = key.bits ^ place->bits;
    const UInt128 swapped = UInt128{static_cast<std::uint64_t>(other >> 64) & mask} << 64 |
                            (static_cast<std::uint64_t>(other) & mask);
    const EventKey later{place->bits ^ swapped};
    place[1].bits = key.bits ^ swapped;
    for (; runs_before(place[-1], later); --place) {
      place[0] = place[-1];
    }
    place[0] = later;
    ++few_;
  }
  // Becomes `keys`, in whatever order they are, and leaves memory there. REQUIRES: empty().
  void take(std::vector<EventKey>& keys);
  // Gives them away, in no order.
  void give(std::vector<EventKey>& keys);
  // How many there were for which `goes(key)`.
  template <class Goes>
  std::size_t erase_if(Goes goes) {
    std::vector<EventKey> keys;
    give(keys);
    const std::size_t gone = std::erase_if(keys, goes);
    take(keys);
    return gone;
  }
  // The one that is probably next: what is pushed now may come before it. None if there is none to be seen at a glance.
  [[nodiscard]] const EventKey* probable() const {
    return few_ > 0 ? &sorted_[kEnds + few_ - 1] : heap_.empty() ? nullptr : probable_of_heap();
  }

 private:
  static constexpr std::size_t kEnds = 2;  // that come after all others, so that nobody looks for the end

  [[nodiscard]] EventKey* last_of_few() { return &sorted_[kEnds + few_ - 1]; }
  [[nodiscard]] const EventKey* probable_of_heap() const;
  [[nodiscard]] EventKey first_of_heap();
  void pop_of_heap();
  void push_in_heap(EventKey key);
  void close();
  void sift_down(std::size_t position, EventKey key);

  std::array<EventKey, kEnds + kFew> sorted_{EventKey::last(), EventKey::last()};
  std::size_t few_ = 0;         // of them
  std::vector<EventKey> heap_;  // instead of them
  bool is_open_ = false;        // the first of the heap was popped, and is no longer one
};

}  // namespace loadstone
