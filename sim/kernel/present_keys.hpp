// sim/kernel/present_keys.hpp
//
// The keys of the events that come next, in their order: a few lie sorted, the next one last; more are a 4-ary heap.
//
// Cost. Of a few (at most kFew): push moves those that run before the key, and most keys are of the near future; pop is
//       a decrement. Of more: O(log n). What pop takes from a heap leaves its place open: most events schedule one,
//       which is put there and sinks, so that the heap is put in order once and not twice.
// Not.  It knows no slots, and so not which of its events were cancelled.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/kernel/event.hpp"

namespace loadstone {

class PresentKeys {
 public:
  static constexpr std::size_t kFew = 64;

  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const { return keys_.size() - (is_open_ ? 1 : 0); }
  // REQUIRES of this and of pop(): !empty().
  [[nodiscard]] EventKey first() {
    if (!is_heap_) {
      return keys_.back();
    }
    if (is_open_) {
      close();
    }
    return keys_.front();
  }
  void pop() {
    if (!is_heap_) {
      keys_.pop_back();
      return;
    }
    if (is_open_) {
      close();
    }
    is_open_ = true;
  }
  void push(EventKey key) {
    if (is_heap_) {
      push_in_heap(key);
      return;
    }
    std::size_t place = keys_.size();
    keys_.push_back(key);
    for (; place > 0 && runs_before(keys_[place - 1], key); --place) {
      keys_[place] = keys_[place - 1];
    }
    keys_[place] = key;
    if (keys_.size() > kFew) [[unlikely]] {
      become_heap();
    }
  }
  // Becomes `keys`, in whatever order they are, and leaves its memory there. REQUIRES: empty().
  void take(std::vector<EventKey>& keys);
  // Gives them away, in no order.
  void give(std::vector<EventKey>& keys);
  // How many there were for which `goes(key)`.
  template <class Goes>
  std::size_t erase_if(Goes goes) {
    if (is_open_) {
      close();
    }
    const std::size_t gone = std::erase_if(keys_, goes);
    put_in_order();
    return gone;
  }
  // The one that is probably next: what is pushed now may come before it. None if there is none to be seen at a glance.
  [[nodiscard]] const EventKey* probable() const {
    return is_heap_ ? probable_of_heap() : keys_.empty() ? nullptr : &keys_.back();
  }

 private:
  [[nodiscard]] const EventKey* probable_of_heap() const;
  void become_heap();
  void push_in_heap(EventKey key);
  void close();
  void put_in_order();
  void sift_down(std::size_t position, EventKey key);

  std::vector<EventKey> keys_;
  bool is_heap_ = false;
  bool is_open_ = false;  // the first of the heap was popped, and is no longer one
};

}  // namespace loadstone
