#include "sim/kernel/future_event_set.hpp"

#include <algorithm>
#include <bit>

#include "sim/base/check.hpp"

namespace loadstone {

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
  return true;
}

void FutureEventSet::settle() {
  for (;;) {
    while (cancelled_ > 0 && !soon_.empty() && is_cancelled(soon_.first())) {
      --cancelled_;
      --keys_;
      free_slot(soon_.first().slot());
      soon_.pop();
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
  const SimTime from = soon_.first().at();
  soon_.give(later_);
  begin_stretch(from);
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

void FutureEventSet::put_late(EventKey key) {
  if (!put_in_slice(key)) {
    later_.push_back(key);
  }
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
    soon_.take(slices_[slice]);
    const auto end = static_cast<std::int64_t>(slice + 1) << slice_bits_;
    soon_end_ = EventKey::of({stretch_from_ + end}, Phase{}, 0, 0);
    return true;
  }
  return false;
}

void FutureEventSet::remove_cancelled() {
  const auto goes = [this](EventKey key) {
    const bool is_one = is_cancelled(key);
    if (is_one) {
      free_slot(key.slot());
    }
    return is_one;
  };
  keys_ -= soon_.erase_if(goes);
  for (std::vector<EventKey>& slice : slices_) {
    keys_ -= std::erase_if(slice, goes);
  }
  keys_ -= std::erase_if(later_, goes);
  cancelled_ = 0;
}

// One that is free, at the head of the free ones.
std::uint32_t FutureEventSet::add_slot() {
  constexpr std::size_t kMost = std::size_t{1} << EventKey::kSlotBits;
  if (slots_.size() == kMost) {
    remove_cancelled();
  }
  if (free_head_ == kNoSlot) {
    LOADSTONE_CHECK(slots_.size() < kMost, "more than 2^24 pending events");
    slots_.emplace_back();
    free_slot(static_cast<std::uint32_t>(slots_.size() - 1));
  }
  return free_head_;
}

}  // namespace loadstone
