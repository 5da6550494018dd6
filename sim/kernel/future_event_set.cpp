#include "sim/kernel/future_event_set.hpp"

#include <algorithm>

#include "sim/base/check.hpp"

namespace loadstone {

EventId FutureEventSet::schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                                      std::uint64_t argument) {
  const std::uint32_t slot = take_slot();
  Action& action = slots_[slot].action;
  action.run = function;
  action.object = object;
  action.argument = argument;
  LOADSTONE_CHECK(sequence_ < (std::uint64_t{1} << EventKey::kSequenceBits), "more than 2^37 events in one run");
  const EventKey key = EventKey::of(at, phase, sequence_++, slot);
  heap_.push_back(key);
  sift_up(heap_.size() - 1, key);
  return {slot, slots_[slot].generation};
}

bool FutureEventSet::cancel(EventId id) {
  if (!is_pending(id)) {
    return false;
  }
  const std::size_t position = slots_[id.slot].position;
  const EventKey last = heap_.back();
  heap_.pop_back();
  if (position < heap_.size()) {
    const EventKey gap = heap_[position];
    if (runs_before(last, gap)) {
      sift_up(position, last);
    } else {
      sift_down(position, last);
    }
  }
  free_slot(id.slot);
  return true;
}

FutureEventSet::Popped FutureEventSet::pop() {
  const EventKey top = heap_.front();
  const Popped popped{top.at(), top.phase(), slots_[top.slot()].action};
  const EventKey last = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) {
    sift_down(0, last);
  }
  free_slot(top.slot());
  return popped;
}

std::uint32_t FutureEventSet::take_slot() {
  if (free_head_ != kNoSlot) {
    const std::uint32_t slot = free_head_;
    free_head_ = slots_[slot].position;
    return slot;
  }
  LOADSTONE_CHECK(slots_.size() < (std::size_t{1} << EventKey::kSlotBits), "more than 2^24 pending events");
  slots_.emplace_back();
  return static_cast<std::uint32_t>(slots_.size() - 1);
}

void FutureEventSet::free_slot(std::uint32_t slot) {
  std::uint32_t& generation = slots_[slot].generation;
  generation += generation == 0xffffffff ? 2 : 1;  // 0 is no event
  slots_[slot].position = free_head_;
  free_head_ = slot;
}

void FutureEventSet::sift_up(std::size_t position, EventKey key) {
  while (position > 0) {
    const std::size_t parent = (position - 1) / 4;
    if (!runs_before(key, heap_[parent])) {
      break;
    }
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, key);
}

void FutureEventSet::sift_down(std::size_t position, EventKey key) {
  const std::size_t size = heap_.size();
  const EventKey* heap = heap_.data();
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
    place(position, heap[best]);
    position = best;
  }
  place(position, key);
}

}  // namespace loadstone
