#include "sim/primitive/fixed_window.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

std::unique_ptr<Resource> FixedWindowPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<FixedWindow>(simulation, *this);
}

FixedWindow::FixedWindow(Simulation& simulation, const FixedWindowPlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      unlimited_(simulation.is_relieved(plan.name)),
      members_(plan.member_attributes, [this](const Request* first) {
        auto counter = std::make_unique<Counter>(unlimited_ ? kUnlimitedUnits : 1);
        counter->counts.resize(plan_.windows.size());
        counter->label = member_label(simulation_, plan_, first);
        return counter;
      }) {}

// The end of its use may have passed unnoticed.
void FixedWindow::settle(Counter& counter) const {
  if (counter.level.in_use() > 0 && counter.used_until <= simulation_.now()) {
    counter.level.use(counter.used_until, -1);
  }
}

bool FixedWindow::has_room(Counter& counter, std::int64_t cost) const {
  bool has_room = true;
  for (std::size_t i = 0; i < plan_.windows.size(); ++i) {
    const std::int64_t window = simulation_.now().ns / plan_.windows[i].length.ns;
    Count& count = counter.counts[i];
    count = count.window == window ? count : Count{window, 0};
    has_room = has_room && count.passed + cost <= plan_.windows[i].limit;
  }
  return has_room;
}

// REQUIRES: settled.
void FixedWindow::use(Counter& counter, std::int64_t cost) const {
  const SimTime now = simulation_.now();
  double longest = 0;
  for (const FixedWindowPlan::Window& window : plan_.windows) {
    longest = std::max(longest, static_cast<double>(window.length.ns) / static_cast<double>(window.limit));
  }
  const Duration used = whole_ns(longest * static_cast<double>(cost));
  if (unlimited_) {
    counter.level.use(now - used, 1);
    counter.level.use(now, -1);
    return;
  }
  if (counter.level.in_use() == 0 && used.ns > 0) {
    counter.level.use(now, 1);
    counter.used_until = now;
  }
  counter.used_until = counter.used_until + std::min(used, kEndOfTime - counter.used_until);
}

Progress FixedWindow::pass(Request& request, std::int64_t cost) {
  Counter& counter = members_.of(request);
  const SimTime now = simulation_.now();
  ++counter.level.arrivals;
  settle(counter);
  if (!unlimited_ && !has_room(counter, cost)) {
    ++counter.level.refused;
    request.error = plan_.refused;
    return Progress::next;
  }
  for (Count& count : counter.counts) {
    count.passed += cost;
  }
  use(counter, cost);
  ++counter.level.granted;
  ++counter.level.completed;
  if (simulation_.is_sampled(now)) {
    simulation_.meter(row_).wait.record(0);
  }
  return Progress::next;
}

void FixedWindow::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& counter : members_.all()) {
    settle(*counter);
    visit(*counter);
  }
}

}  // namespace loadstone
