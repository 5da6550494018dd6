// bench/event_lists/slot_table.hpp
//
// What the candidates of event_lists have in common with the FutureEventSet: a slot for each pending event, with its
// action, and handles that know when a slot has been given to somebody else. `Place` is what a candidate keeps in a
// slot beside that.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/kernel/event.hpp"

namespace loadstone::bench {

struct Popped {
  SimTime at;
  Phase phase{};
  Action action;
};

inline constexpr std::uint32_t kNone = 0xffffffff;

template <class Place>
class SlotTable {
 public:
  struct Slot {
    EventKey key;
    Action action;
    Place place;
    std::uint32_t next_free = kNone;
    std::uint32_t generation = 1;
  };

  std::uint32_t take(SimTime at, Phase phase, Action action) {
    std::uint32_t index = free_;
    if (index == kNone) {
      index = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      free_ = slots_[index].next_free;
    }
    Slot& slot = slots_[index];
    slot.key = EventKey::of(at, phase, sequence_++, index);
    slot.action = action;
    return index;
  }
  void give_back(std::uint32_t index) {
    slots_[index].next_free = free_;
    free_ = index;
  }
  // From now on handles on the slot's event are old ones.
  void forget(std::uint32_t index) { ++slots_[index].generation; }

  [[nodiscard]] EventId id_of(std::uint32_t index) const { return {index, slots_[index].generation}; }
  [[nodiscard]] bool is_pending(EventId id) const { return id.is_set() && slots_[id.slot].generation == id.generation; }
  [[nodiscard]] Popped popped(std::uint32_t index) const {
    const Slot& slot = slots_[index];
    return {slot.key.at(), slot.key.phase(), slot.action};
  }

  Slot& operator[](std::uint32_t index) { return slots_[index]; }
  const Slot& operator[](std::uint32_t index) const { return slots_[index]; }

 private:
  std::vector<Slot> slots_;
  std::uint32_t free_ = kNone;
  std::uint64_t sequence_ = 0;
};

}  // namespace loadstone::bench
