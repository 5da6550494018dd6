#include "sim/kernel/future_event_set.hpp"

#include <algorithm>
#include <bit>

#include "sim/base/check.hpp"

namespace loadstone {

bool FutureEventSet::cancel(EventId id) {
  if (!is_pending(id)) {
    return false;
  }
  free_slot(id.slot);
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
      soon_.pop();
    }
    if (!soon_.empty()) {
      return;
    }
    if (!begin_slice()) {
      begin_stretch(std::min_element(later_.begin(), later_.end(), runs_before)->at(), adapted_bits());
    }
  }
}

// --- slices and stretches -----------------------------------------------------------------------------------------

void FutureEventSet::begin_stretches() {
  const SimTime from = soon_.first().at();
  soon_.give(later_);
  begin_stretch(from, slices_.bits());
}

// The next stretch costs a look at every later key, so at least as many events should run in one.
int FutureEventSet::adapted_bits() const {
  constexpr int kMostBits = 52;  // 256 slices are 2^60 ns
  const std::size_t enough = later_.size() + kMany;
  const int bits = slices_.bits();
  if (popped_ < enough && bits < kMostBits) {
    return bits + 1;
  }
  return popped_ > 8 * enough && bits > 0 ? bits - 1 : bits;
}

// REQUIRES: no key is earlier, and none is in a slice.
void FutureEventSet::begin_stretch(SimTime from, int bits) {
  slices_.begin(from, bits, TimeSlices::kMost);
  soon_end_ = EventKey::of(from, Phase{}, 0, 0);
  popped_ = 0;
  std::erase_if(later_, [this](EventKey key) { return slices_.put(key); });
}

// Makes the next slice that has keys the present one. False if the stretch has none. REQUIRES: soon_ is empty.
bool FutureEventSet::begin_slice() {
  if (thin_.next()) {
    begin_slice_of(thin_);
    return true;
  }
  if (!slices_.next()) {
    return false;
  }
  if (slices_.keys().size() > PresentKeys::kFew && slices_.bits() > 0) {
    cut_slice();
  } else {
    begin_slice_of(slices_);
  }
  return true;
}

// What the events of a slice look at first, all at once, where there is more than caches hold: one after the other,
// each would wait for it. Inlined always: a function that only fetches has no effect in g++'s eyes, and is left out.
[[gnu::always_inline]] inline void FutureEventSet::fetch(const std::vector<EventKey>& keys) const {
  constexpr std::size_t kCached = 1 << 14;
  constexpr std::uintptr_t kLine = 64;
  constexpr std::uintptr_t kLines = 7;  // of a request
  if (slots_.size() < kCached) {
    return;
  }
  for (const EventKey key : keys) {
    __builtin_prefetch(&slots_[key.slot()]);
  }
  for (const EventKey key : keys) {
    const Action& action = slots_[key.slot()].action;
    const std::uintptr_t at = action.argument != 0 ? action.argument : reinterpret_cast<std::uintptr_t>(action.object);
    for (std::uintptr_t line = 0; line < kLines; ++line) {
      __builtin_prefetch(reinterpret_cast<const void*>(at + line * kLine));
    }
  }
}

EventId FutureEventSet::put(EventKey key, EventId id) {
  if (runs_before(key, soon_end_)) {
    soon_.push(key);
    if (soon_.size() >= kMany && soon_end_.bits == kNoEnd.bits) {
      begin_stretches();
    }
  } else if (!thin_.put(key) && !slices_.put(key)) {
    later_.push_back(key);
  }
  if (free_head_ == kNoSlot) {
    add_slot();
  }
  return id;
}

void FutureEventSet::begin_slice_of(TimeSlices& slices) {
  fetch(slices.keys());
  soon_.take(slices.keys());
  soon_end_ = EventKey::of(slices.ends(), Phase{}, 0, 0);
}

// So thinly that 16 to 32 are left in each part.
void FutureEventSet::cut_slice() {
  std::vector<EventKey>& keys = slices_.keys();
  const int parts = std::min(slices_.bits(), static_cast<int>(std::bit_width(keys.size() / 16)) - 1);
  const int bits = std::min(parts, static_cast<int>(std::bit_width(TimeSlices::kMost)) - 1);
  thin_.begin(slices_.begins(), slices_.bits() - bits, std::size_t{1} << bits);
  soon_end_ = EventKey::of(slices_.begins(), Phase{}, 0, 0);
  for (const EventKey key : keys) {
    thin_.put(key);
  }
  keys.clear();
}

void FutureEventSet::remove_cancelled() {
  const auto goes = [this](EventKey key) { return is_cancelled(key); };
  keys_ -= soon_.erase_if(goes);
  keys_ -= thin_.erase_if(goes);
  keys_ -= slices_.erase_if(goes);
  keys_ -= std::erase_if(later_, goes);
  cancelled_ = 0;
}

// There is always a free one, but if there are 2^24 pending events.
void FutureEventSet::add_slot() {
  if (slots_.size() < std::size_t{1} << EventKey::kSlotBits) {
    slots_.emplace_back();
    free_slot(static_cast<std::uint32_t>(slots_.size() - 1));
  }
}

}  // namespace loadstone
