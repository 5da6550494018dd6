#include "sim/kernel/present_keys.hpp"

#include <algorithm>
#include <utility>

namespace loadstone {

void PresentKeys::take(std::vector<EventKey>& keys) {
  heap_.clear();
  is_open_ = false;
  if (keys.size() <= kFew) {
    std::sort(keys.begin(), keys.end(), [](EventKey a, EventKey b) { return runs_before(b, a); });
    std::copy(keys.begin(), keys.end(), sorted_.begin() + kEnds);
    few_ = keys.size();
    keys.clear();
    return;
  }
  heap_.swap(keys);
  for (std::size_t parent = (heap_.size() + 2) / 4; parent-- > 0;) {
    sift_down(parent, heap_[parent]);
  }
}

void PresentKeys::give(std::vector<EventKey>& keys) {
  if (is_open_) {
    close();
  }
  if (few_ > 0) {
    keys.assign(sorted_.begin() + kEnds, sorted_.begin() + kEnds + few_);
    few_ = 0;
  } else {
    keys.clear();
    keys.swap(heap_);
  }
}

const EventKey* PresentKeys::probable_of_heap() const {
  if (!is_open_) {
    return &heap_.front();
  }
  if (heap_.size() <= 4) {
    return nullptr;
  }
  const std::size_t a = runs_before(heap_[2], heap_[1]) ? 2 : 1;
  const std::size_t b = runs_before(heap_[4], heap_[3]) ? 4 : 3;
  return &heap_[runs_before(heap_[b], heap_[a]) ? b : a];
}

EventKey PresentKeys::first_of_heap() {
  if (is_open_) {
    close();
  }
  return heap_.front();
}

void PresentKeys::pop_of_heap() {
  if (is_open_) {
    close();
  }
  is_open_ = true;
}

void PresentKeys::push_in_heap(EventKey key) {
  if (few_ > 0) {
    heap_.assign(sorted_.rend() - static_cast<std::ptrdiff_t>(kEnds + few_), sorted_.rend() - kEnds);
    few_ = 0;
  }
  if (std::exchange(is_open_, false)) {
    sift_down(0, key);
    return;
  }
  std::size_t position = heap_.size();
  heap_.push_back(key);
  while (position > 0) {
    const std::size_t parent = (position - 1) / 4;
    if (!runs_before(key, heap_[parent])) {
      break;
    }
    heap_[position] = heap_[parent];
    position = parent;
  }
  heap_[position] = key;
}

void PresentKeys::close() {
  is_open_ = false;
  const EventKey last = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) {
    sift_down(0, last);
  }
}

// Puts `key` at `position` or, where others come before it, below.
void PresentKeys::sift_down(std::size_t position, EventKey key) {
  const std::size_t size = heap_.size();
  EventKey* heap = heap_.data();
  for (std::size_t first = position * 4 + 1; first < size; first = position * 4 + 1) {
    std::size_t best = first;
    if (first + 4 <= size) {  // a tournament, without branches
      const std::size_t a = first + static_cast<std::size_t>(runs_before(heap[first + 1], heap[first]));
      const std::size_t b = first + 2 + static_cast<std::size_t>(runs_before(heap[first + 3], heap[first + 2]));
      best = runs_before(heap[b], heap[a]) ? b : a;
    } else {
      for (std::size_t child = first + 1; child < size; ++child) {
        best = runs_before(heap[child], heap[best]) ? child : best;
      }
    }
    if (!runs_before(heap[best], key)) {
      break;
    }
    heap[position] = heap[best];
    position = best;
  }
  heap[position] = key;
}

}  // namespace loadstone
