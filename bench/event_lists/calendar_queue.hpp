// bench/event_lists/calendar_queue.hpp
//
// A calendar queue: R. Brown, "Calendar queues: a fast O(1) priority queue implementation for the simulation event set
// problem", CACM 31 (1988). A year of days; a day's events of all years in one sorted list. The number of days doubles
// and halves with that of the events, and their length is then three times the mean distance of the next 25 events.
//
// Cost. O(1) where the distances of events are alike; cancel O(1), since the lists are linked both ways.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "bench/event_lists/slot_table.hpp"

namespace loadstone::bench {

class CalendarQueue {
 public:
  static constexpr const char* kName = "calendar queue";

  EventId schedule(SimTime at, Phase phase, Action action) {
    const std::uint32_t index = slots_.take(at, phase, action);
    enter(index);
    if (++size_ > 2 * days_.size()) {
      rebuild(2 * days_.size());
    }
    return slots_.id_of(index);
  }

  bool cancel(EventId id) {
    if (!slots_.is_pending(id)) {
      return false;
    }
    unlink(id.slot);
    remove(id.slot);
    return true;
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }
  // REQUIRES: !empty().
  Popped pop() {
    const std::uint32_t index = take_next();
    const Popped popped = slots_.popped(index);
    remove(index);
    return popped;
  }

 private:
  struct Place {
    std::uint32_t before = kNone;
    std::uint32_t after = kNone;
  };
  struct Day {
    std::uint32_t first = kNone;
    std::uint32_t last = kNone;
  };

  static constexpr std::size_t kFewestDays = 2;

  // Days since the start, of all years.
  [[nodiscard]] std::uint64_t number_of(std::uint32_t index) const {
    return static_cast<std::uint64_t>(slots_[index].key.at().ns) >> day_bits_;
  }
  [[nodiscard]] Day& day_of(std::uint32_t index) { return days_[number_of(index) & (days_.size() - 1)]; }

  // From the end: the latest in a day is often the last scheduled.
  void enter(std::uint32_t index) {
    const EventKey key = slots_[index].key;
    Day& day = day_of(index);
    std::uint32_t before = day.last;
    while (before != kNone && runs_before(key, slots_[before].key)) {
      before = slots_[before].place.before;
    }
    const std::uint32_t after = before == kNone ? day.first : slots_[before].place.after;
    slots_[index].place = {before, after};
    (before == kNone ? day.first : slots_[before].place.after) = index;
    (after == kNone ? day.last : slots_[after].place.before) = index;
    today_ = std::min(today_, number_of(index));
  }

  void unlink(std::uint32_t index) {
    const auto [before, after] = slots_[index].place;
    Day& day = day_of(index);
    (before == kNone ? day.first : slots_[before].place.after) = after;
    (after == kNone ? day.last : slots_[after].place.before) = before;
  }

  void remove(std::uint32_t index) {
    slots_.forget(index);
    slots_.give_back(index);
    if (--size_ < days_.size() / 2 && days_.size() > kFewestDays) {
      rebuild(days_.size() / 2);
    }
  }

  // The first event of all, taken out of its list. REQUIRES: a list has one.
  std::uint32_t take_next() {
    for (std::size_t looked_at = 0; looked_at < days_.size(); ++looked_at, ++today_) {
      const std::uint32_t first = days_[today_ & (days_.size() - 1)].first;
      if (first != kNone && number_of(first) == today_) {
        unlink(first);
        return first;
      }
    }
    std::uint32_t earliest = kNone;  // nothing for a year
    for (const Day& day : days_) {
      if (day.first != kNone && (earliest == kNone || runs_before(slots_[day.first].key, slots_[earliest].key))) {
        earliest = day.first;
      }
    }
    today_ = number_of(earliest);
    unlink(earliest);
    return earliest;
  }

  void rebuild(std::size_t days) {
    const int day_bits = suitable_day_bits();
    std::vector<Day> old(days);
    old.swap(days_);
    day_bits_ = day_bits;
    today_ = ~std::uint64_t{0};
    for (const Day& day : old) {
      for (std::uint32_t index = day.first; index != kNone;) {
        const std::uint32_t after = slots_[index].place.after;
        enter(index);
        index = after;
      }
    }
  }

  // Three mean distances of the next events, those left out that are over twice the mean; as a power of two.
  int suitable_day_bits() {
    std::array<std::uint32_t, 25> next{};
    const std::size_t count = std::min(next.size(), size_);
    if (count < 3) {
      return day_bits_;
    }
    for (std::size_t i = 0; i < count; ++i) {
      next[i] = take_next();
    }
    const auto distance = [&](std::size_t i) { return (slots_[next[i]].key.at() - slots_[next[i - 1]].key.at()).ns; };
    const std::int64_t mean =
        (slots_[next[count - 1]].key.at() - slots_[next[0]].key.at()).ns / static_cast<std::int64_t>(count - 1);
    std::int64_t sum = 0;
    std::int64_t usual = 0;
    for (std::size_t i = 1; i < count; ++i) {
      sum += distance(i) <= 2 * mean ? distance(i) : 0;
      usual += distance(i) <= 2 * mean ? 1 : 0;
    }
    for (std::size_t i = 0; i < count; ++i) {
      enter(next[i]);
    }
    const std::int64_t day = 3 * sum / std::max<std::int64_t>(1, usual);
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(day) | 1)) - 1;
  }

  SlotTable<Place> slots_;
  std::vector<Day> days_ = std::vector<Day>(kFewestDays);  // a power of two of them
  int day_bits_ = 20;                                      // a day is 2^this ns long
  std::uint64_t today_ = 0;                                // no event is on an earlier day
  std::size_t size_ = 0;
};

}  // namespace loadstone::bench
