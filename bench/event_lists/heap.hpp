// bench/event_lists/heap.hpp
//
// All pending events in one 4-ary heap of 16-byte keys.
//
// Cost. schedule and pop O(log n). cancel O(1): the key stays until it comes to the top, or until most keys are
//       cancelled ones and all of those are removed.
#pragma once

#include <vector>

#include "bench/event_lists/slot_table.hpp"

namespace loadstone::bench {

class Heap {
 public:
  static constexpr const char* kName = "4-ary heap";

  EventId schedule(SimTime at, Phase phase, Action action) {
    const std::uint32_t index = slots_.take(at, phase, action);
    slots_[index].place.cancelled = false;
    const EventKey key = slots_[index].key;
    std::size_t position = heap_.size();
    heap_.push_back(key);
    for (; position > 0 && runs_before(key, heap_[(position - 1) / 4]); position = (position - 1) / 4) {
      heap_[position] = heap_[(position - 1) / 4];
    }
    heap_[position] = key;
    return slots_.id_of(index);
  }

  bool cancel(EventId id) {
    if (!slots_.is_pending(id)) {
      return false;
    }
    slots_.forget(id.slot);
    slots_[id.slot].place.cancelled = true;
    if (++cancelled_ > heap_.size() / 2 + 64) {
      remove_cancelled();
    }
    uncover();
    return true;
  }

  [[nodiscard]] bool empty() const { return heap_.empty(); }
  // REQUIRES: !empty().
  Popped pop() {
    const std::uint32_t index = heap_.front().slot();
    const Popped popped = slots_.popped(index);
    slots_.forget(index);
    remove_top();
    uncover();
    return popped;
  }

 private:
  struct Place {
    bool cancelled = false;
  };

  void uncover() {
    while (cancelled_ > 0 && !heap_.empty() && slots_[heap_.front().slot()].place.cancelled) {
      --cancelled_;
      remove_top();
    }
  }
  void remove_top() {
    slots_.give_back(heap_.front().slot());
    const EventKey last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) {
      sift_down(0, last);
    }
  }
  void remove_cancelled() {
    std::erase_if(heap_, [this](EventKey key) {
      const bool goes = slots_[key.slot()].place.cancelled;
      if (goes) {
        slots_.give_back(key.slot());
      }
      return goes;
    });
    cancelled_ = 0;
    for (std::size_t parent = (heap_.size() + 2) / 4; parent-- > 0;) {
      sift_down(parent, heap_[parent]);
    }
  }
  void sift_down(std::size_t position, EventKey key) {
    const std::size_t size = heap_.size();
    for (std::size_t first = position * 4 + 1; first < size; first = position * 4 + 1) {
      std::size_t best = first;
      if (first + 4 <= size) {  // a tournament, without branches
        const std::size_t a = first + static_cast<std::size_t>(runs_before(heap_[first + 1], heap_[first]));
        const std::size_t b = first + 2 + static_cast<std::size_t>(runs_before(heap_[first + 3], heap_[first + 2]));
        best = runs_before(heap_[b], heap_[a]) ? b : a;
      } else {
        for (std::size_t child = first + 1; child < size; ++child) {
          best = runs_before(heap_[child], heap_[best]) ? child : best;
        }
      }
      if (!runs_before(heap_[best], key)) {
        break;
      }
      heap_[position] = heap_[best];
      position = best;
    }
    heap_[position] = key;
  }

  SlotTable<Place> slots_;
  std::vector<EventKey> heap_;  // the first is pending
  std::size_t cancelled_ = 0;   // of the keys
};

}  // namespace loadstone::bench
