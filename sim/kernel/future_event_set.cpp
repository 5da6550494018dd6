#include "sim/kernel/future_event_set.hpp"

#include <algorithm>
#include <bit>

#include "sim/base/check.hpp"

namespace loadstone {

namespace {

// So that handles on the event that had the slot are known to be old.
void renew(std::uint32_t& generation) {
  generation += generation == 0xffffffff ? 2 : 1;  // 0 is no event
}

}  // namespace

EventId FutureEventSet::schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                                      std::uint64_t argument) {
  const std::uint32_t slot = take_slot();
  Action& action = slots_[slot].action;
  action.run = function;
  action.object = object;
  action.argument = argument;
  LOADSTONE_CHECK(sequence_ < (std::uint64_t{1} << EventKey::kSequenceBits), "more than 2^37 events in one run");
  const EventKey key = EventKey::of(at, phase, sequence_++, slot);
  ++keys_;
  if (runs_before(key, soon_end_)) {
    push(key);
    if (soon_.size() == kMany && soon_end_.bits == kNoEnd.bits) {
      begin_stretches();
    }
  } else if (!put_in_slice(key)) {
    later_.push_back(key);
  }
  return {slot, slots_[slot].generation};
}

bool FutureEventSet::cancel(EventId id) {
  if (!is_pending(id)) {
    return false;
  }
  Slot& slot = slots_[id.slot];
  renew(slot.generation);
  slot.next_free = kCancelled;
  ++cancelled_;
  if (cancelled_ > keys_ / 2 + kMany) {
    remove_cancelled();
  }
  uncover();
  return true;
}

FutureEventSet::Popped FutureEventSet::pop() {
  const EventKey top = soon_.front();
  Slot& slot = slots_[top.slot()];
  const Popped popped{top.at(), top.phase(), slot.action};
  renew(slot.generation);
  ++popped_;
  remove_top();
  uncover();
  prefetch_next();
  return popped;
}

// What the next event looks at first, while this one runs: its object is mostly cold by now.
inline void FutureEventSet::prefetch_next() const {
  if (!soon_.empty()) {
    const Action& next = slots_[soon_.front().slot()].action;
    const auto object = reinterpret_cast<std::uintptr_t>(next.object);  // it may be none
    __builtin_prefetch(reinterpret_cast<const void*>(object));
    __builtin_prefetch(reinterpret_cast<const void*>(object + 64));
    __builtin_prefetch(reinterpret_cast<const void*>(next.argument));  // often the request
  }
}

void FutureEventSet::remove_top() {
  --keys_;
  free_slot(soon_.front().slot());
  const EventKey last = soon_.back();
  soon_.pop_back();
  if (!soon_.empty()) {
    sift_down(0, last);
  }
}

void FutureEventSet::uncover() {
  for (;;) {
    while (cancelled_ > 0 && !soon_.empty() && is_cancelled(soon_.front())) {
      --cancelled_;
      remove_top();
    }
    if (!soon_.empty()) {
      return;
    }
    if (keys_ == 0) {
      soon_end_ = kNoEnd;
      return;
    }
    if (!begin_slice()) {
      adapt_stretch();
      begin_stretch(std::min_element(later_.begin(), later_.end(), runs_before)->at());
    }
  }
}

// --- slices and stretches -----------------------------------------------------------------------------------------

void FutureEventSet::begin_stretches() {
  later_.swap(soon_);
  begin_stretch(later_.front().at());
  uncover();
}

// The next stretch costs a look at every later key, so at least as many events should run in one.
void FutureEventSet::adapt_stretch() {
  constexpr int kMostBits = 52;  // 256 slices are 2^60 ns
  const std::size_t enough = later_.size() + kMany;
  if (popped_ < enough && slice_bits_ < kMostBits) {
    ++slice_bits_;
  } else if (popped_ > 8 * enough && slice_bits_ > 0) {
    --slice_bits_;
  }
}

// REQUIRES: no key is earlier, and none is in a slice.
void FutureEventSet::begin_stretch(SimTime from) {
  stretch_from_ = from.ns;
  soon_end_ = EventKey::of(from, Phase{}, 0, 0);
  popped_ = 0;
  std::erase_if(later_, [this](EventKey key) { return put_in_slice(key); });
}

// False if it comes after the stretch. REQUIRES: the key is not before the end of the present slice.
bool FutureEventSet::put_in_slice(EventKey key) {
  const auto slice = static_cast<std::uint64_t>(key.at().ns - stretch_from_) >> slice_bits_;
  if (slice >= kSlices) {
    return false;
  }
  slices_[slice].push_back(key);
  occupied_[slice / 64] |= std::uint64_t{1} << (slice % 64);
  return true;
}

// Makes the next slice that has keys the present one. False if the stretch has none. REQUIRES: the heap is empty.
bool FutureEventSet::begin_slice() {
  for (std::size_t word = 0; word < occupied_.size(); ++word) {
    if (occupied_[word] == 0) {
      continue;
    }
    const std::size_t slice = word * 64 + static_cast<std::size_t>(std::countr_zero(occupied_[word]));
    occupied_[word] &= occupied_[word] - 1;
    soon_.swap(slices_[slice]);
    make_heap();
    const auto end = static_cast<std::int64_t>(slice + 1) << slice_bits_;
    soon_end_ = EventKey::of({stretch_from_ + end}, Phase{}, 0, 0);
    return true;
  }
  return false;
}

void FutureEventSet::remove_cancelled() {
  const auto remove_from = [this](std::vector<EventKey>& keys) {
    keys_ -= std::erase_if(keys, [this](EventKey key) {
      const bool goes = is_cancelled(key);
      if (goes) {
        free_slot(key.slot());
      }
      return goes;
    });
  };
  remove_from(soon_);
  make_heap();
  std::for_each(slices_.begin(), slices_.end(), remove_from);
  remove_from(later_);
  cancelled_ = 0;
}

void FutureEventSet::make_heap() {
  for (std::size_t parent = (soon_.size() + 2) / 4; parent-- > 0;) {
    sift_down(parent, soon_[parent]);
  }
}

std::uint32_t FutureEventSet::take_slot() {
  constexpr std::size_t kMost = std::size_t{1} << EventKey::kSlotBits;
  if (free_head_ == kNoSlot && slots_.size() == kMost) {
    remove_cancelled();
  }
  if (free_head_ != kNoSlot) {
    const std::uint32_t slot = free_head_;
    free_head_ = slots_[slot].next_free;
    slots_[slot].next_free = kNoSlot;
    return slot;
  }
  LOADSTONE_CHECK(slots_.size() < kMost, "more than 2^24 pending events");
  slots_.emplace_back();
  return static_cast<std::uint32_t>(slots_.size() - 1);
}

void FutureEventSet::free_slot(std::uint32_t slot) {
  slots_[slot].next_free = free_head_;
  free_head_ = slot;
}

void FutureEventSet::push(EventKey key) {
  std::size_t position = soon_.size();
  soon_.push_back(key);
  while (position > 0) {
    const std::size_t parent = (position - 1) / 4;
    if (!runs_before(key, soon_[parent])) {
      break;
    }
    soon_[position] = soon_[parent];
    position = parent;
  }
  soon_[position] = key;
}

// Puts `key` at `position` or, where others come before it, below.
void FutureEventSet::sift_down(std::size_t position, EventKey key) {
  const std::size_t size = soon_.size();
  EventKey* heap = soon_.data();
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
