#include "sim/primitive/link_network.hpp"

#include <algorithm>

#include "sim/base/check.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/kernel/passages.hpp"

namespace loadstone {

LinkNetwork::LinkNetwork(Simulation& simulation)
    : simulation_(simulation), passages_(passages_of(simulation.kernel())) {
  if (!is_own()) {
    network_ = simulation.kernel().add_network();
  }
}

void LinkNetwork::add(Wire& wire, std::optional<double> bandwidth, double parallel) {
  if (bandwidth && !is_own()) {
    wire.link = simulation_.kernel().add_link(network_, *bandwidth, parallel);
  }
}

JobClassId LinkNetwork::job_class_over(const std::vector<Wire*>& wires) {
  if (is_own()) {
    LOADSTONE_CHECK(wires.front()->ends != nullptr && wires.back()->ends != nullptr, "a link between no hosts");
    return passages_->add_passage(wires.front()->ends->from, wires.back()->ends->to);
  }
  std::vector<LinkId> links;
  for (const Wire* wire : wires) {
    if (wire->link) {
      links.push_back(*wire->link);
    }
  }
  return simulation_.kernel().add_route(network_, links);
}

const Way& LinkNetwork::way(const std::vector<Wire*>& wires) {
  const Way*& known = by_wires_[wires];
  if (known == nullptr) {
    known = &ways_.emplace_back(Way{static_cast<std::uint32_t>(ways_.size()), job_class_over(wires), wires});
  }
  return *known;
}

void LinkNetwork::begin(const Way& way) {
  for (Wire* wire : way.wires) {
    if (wire->moving++ > 0) {
      continue;
    }
    if (is_own()) {
      wire->level.use(simulation_.now(), 1);
    } else if (wire->link) {
      busy_.push_back(wire);
    }
  }
  look_at_all();
}

void LinkNetwork::end(const Way& way) {
  for (Wire* wire : way.wires) {
    if (--wire->moving == 0 && is_own()) {
      wire->level.use(simulation_.now(), -1);
    }
  }
  look_at_all();
  std::erase_if(busy_, [](const Wire* wire) { return wire->moving == 0; });
}

void LinkNetwork::look_at_all() {
  for (Wire* wire : busy_) {
    look_at(*wire);
  }
}

void LinkNetwork::look_at(Wire& wire) {
  const LinkLoad load = simulation_.kernel().load(*wire.link);
  const SimTime now = simulation_.now();
  Level& level = wire.level;
  const std::int64_t in_use = load.is_full ? level.capacity() : 0;
  if (in_use != level.in_use()) {
    level.use(now, in_use - level.in_use());
  }
  const std::int64_t waiting = load.held_up > 0 ? static_cast<std::int64_t>(load.held_up) - 1 : 0;
  while (level.waiting() < waiting) {
    level.enter_line(now);
  }
  while (level.waiting() > waiting) {
    level.leave_line(now);
  }
}

}  // namespace loadstone
