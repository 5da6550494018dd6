#include "src/simgrid/timeline.hpp"

#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u/Engine.hpp>

#include <algorithm>

namespace loadstone::simgrid_engine {

EventId Timeline::schedule(SimTime at, Phase phase, std::uint64_t sequence, Action action) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(events_.size()));
    events_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  Event& event = events_[slot];
  event.action = action;
  event.at = at;
  event.place = {phase, sequence};
  event.is_pending = true;
  ++pending_;
  if (at < kLatest) {
    const auto [instant, is_new] = instants_.try_emplace(at.ns);
    instant->second.emplace(event.place, slot);
    if (is_new) {
      // A completion's date can be an ulp after that of the instant it is rounded up to.
      simgrid::kernel::timer::Timer::set(std::max(date_of(at), simgrid::s4u::Engine::get_clock()),
                                         [this, at] { on_instant_(at); });
    }
  }
  return {slot, event.generation};
}

bool Timeline::cancel(EventId id) {
  if (!id.is_set() || id.slot >= events_.size() || events_[id.slot].generation != id.generation ||
      !events_[id.slot].is_pending) {
    return false;
  }
  const Event& event = events_[id.slot];
  if (const auto instant = instants_.find(event.at.ns); instant != instants_.end()) {
    instant->second.erase(event.place);  // its timer rings all the same
  }
  free(id.slot);
  return true;
}

bool Timeline::has(SimTime instant) const {
  const auto at = instants_.find(instant.ns);
  return at != instants_.end() && !at->second.empty();
}

Timeline::Next Timeline::take(SimTime instant) {
  auto& events = instants_.at(instant.ns);
  const auto [place, slot] = *events.begin();
  events.erase(events.begin());
  const Next next{EventKey::of(instant, place.first, place.second, slot), events_[slot].action};
  free(slot);
  return next;
}

void Timeline::free(std::uint32_t slot) {
  Event& event = events_[slot];
  event.is_pending = false;
  event.generation += event.generation == 0xffffffff ? 2 : 1;  // 0 is no event
  free_.push_back(slot);
  --pending_;
}

}  // namespace loadstone::simgrid_engine
