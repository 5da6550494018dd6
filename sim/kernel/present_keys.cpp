#include "sim/kernel/present_keys.hpp"

#include <algorithm>
#include <utility>

namespace loadstone {

void PresentKeys::take(std::vector<EventKey>& keys) {
  keys_.clear();
  is_open_ = false;
  keys_.swap(keys);
  put_in_order();
}

void PresentKeys::give(std::vector<EventKey>& keys) {
  if (is_open_) {
    close();
  }
  keys.swap(keys_);
  keys_.clear();
  is_heap_ = false;
}

void PresentKeys::become_heap() {
  std::reverse(keys_.begin(), keys_.end());  // what is in order is a heap
  is_heap_ = true;
}

const EventKey* PresentKeys::probable_of_heap() const {
  if (!is_open_) {
    return &keys_.front();
  }
  if (keys_.size() <= 4) {
    return nullptr;
  }
  const std::size_t a = runs_before(keys_[2], keys_[1]) ? 2 : 1;
  const std::size_t b = runs_before(keys_[4], keys_[3]) ? 4 : 3;
  return &keys_[runs_before(keys_[b], keys_[a]) ? b : a];
}

void PresentKeys::push_in_heap(EventKey key) {
  if (std::exchange(is_open_, false)) {
    sift_down(0, key);
    return;
  }
  std::size_t position = keys_.size();
  keys_.push_back(key);
  while (position > 0) {
    const std::size_t parent = (position - 1) / 4;
    if (!runs_before(key, keys_[parent])) {
      break;
    }
    keys_[position] = keys_[parent];
    position = parent;
  }
  keys_[position] = key;
}

void PresentKeys::close() {
  is_open_ = false;
  const EventKey last = keys_.back();
  keys_.pop_back();
  if (keys_.empty()) {
    is_heap_ = false;
  } else {
    sift_down(0, last);
  }
}

void PresentKeys::put_in_order() {
  is_heap_ = keys_.size() > kFew;
  if (!is_heap_) {
    std::sort(keys_.begin(), keys_.end(), [](EventKey a, EventKey b) { return runs_before(b, a); });
    return;
  }
  for (std::size_t parent = (keys_.size() + 2) / 4; parent-- > 0;) {
    sift_down(parent, keys_[parent]);
  }
}

// Puts `key` at `position` or, where others come before it, below.
void PresentKeys::sift_down(std::size_t position, EventKey key) {
  const std::size_t size = keys_.size();
  EventKey* heap = keys_.data();
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
