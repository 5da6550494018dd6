#include "sim/kernel/network.hpp"

namespace loadstone {

namespace {

constexpr double kNearlyAll = 1 - 1e-9;  // of a bandwidth, is all of it

// Down to a multiple of 2^-40, but for what rounding in doubles can have lost before.
std::uint64_t fixed(double x) {
  return static_cast<std::uint64_t>(x * kClockOne + 0x1p-8);
}

}  // namespace

std::uint32_t Network::add_link(double bandwidth, double wires) {
  LOADSTONE_CHECK(bandwidth > 0 && wires > 0, "bandwidth of a link");
  Link& link = links_.emplace_back();
  link.bandwidth = bandwidth;
  link.capacity = bandwidth * wires;
  return static_cast<std::uint32_t>(links_.size() - 1);
}

std::uint32_t Network::add_route(std::span<const std::uint32_t> links) {
  RouteClass& route = classes_.emplace_back();
  route.links.assign(links.begin(), links.end());
  for (std::size_t i = 0; i < links.size(); ++i) {
    const double bandwidth = links_[links[i]].bandwidth;
    route.alone = i == 0 ? bandwidth : std::min(route.alone, bandwidth);
  }
  return static_cast<std::uint32_t>(classes_.size() - 1);
}

std::optional<SimTime> Network::next_completion() const {
  std::optional<SimTime> next;
  for (const std::uint32_t i : active_) {
    const SimTime at = first_end(classes_[i]);
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

double Network::used_ns(SimTime now, std::uint32_t link) {
  move_clocks(now);
  return static_cast<double>(links_[link].used_ns) / kClockOne;
}

void Network::move_clocks(SimTime now) {
  const auto dt = static_cast<std::uint64_t>(now.ns - now_.ns);
  if (dt == 0) {
    return;
  }
  for (const std::uint32_t i : active_) {
    classes_[i].clock += static_cast<UInt128>(classes_[i].rate) * dt;
  }
  for (const std::uint32_t i : crossed_) {
    links_[i].used_ns += static_cast<UInt128>(links_[i].used) * dt;
  }
  now_ = now;
}

void Network::share() {
  for (const std::uint32_t i : crossed_) {
    links_[i].used = 0;
    links_[i].load = {};
  }
  crossed_.clear();
  for (const std::uint32_t i : active_) {
    for (const std::uint32_t l : classes_[i].links) {
      Link& link = links_[l];
      if (link.undecided == 0) {
        crossed_.push_back(l);
        link.left = link.capacity;
        link.fastest = 0;
      }
      link.undecided += classes_[i].heap.size();
    }
  }
  find_rates();
  weigh_links();
}

// The links that give each of those that cross them the least are used up first. Jobs that are alone slower than that
// (of a link with many wires) come before them.
void Network::find_rates() {
  undecided_ = active_;
  while (!undecided_.empty()) {
    double least = std::numeric_limits<double>::infinity();
    for (const std::uint32_t i : crossed_) {
      const Link& link = links_[i];
      if (link.undecided > 0) {
        least = std::min(least, link.left / static_cast<double>(link.undecided));
      }
    }
    for (const std::uint32_t i : crossed_) {
      Link& link = links_[i];
      link.is_tight = link.undecided > 0 && link.left / static_cast<double>(link.undecided) <= least;
    }
    const bool are_slow = std::erase_if(undecided_, [&](std::uint32_t i) {
                            RouteClass& route = classes_[i];
                            const bool is_slow = route.alone < least;
                            if (is_slow) {
                              decide(route, route.alone);
                            }
                            return is_slow;
                          }) > 0;
    if (are_slow) {
      continue;
    }
    std::erase_if(undecided_, [&](std::uint32_t i) {
      RouteClass& route = classes_[i];
      const bool is_held_up =
          std::any_of(route.links.begin(), route.links.end(), [&](std::uint32_t l) { return links_[l].is_tight; });
      if (is_held_up) {
        decide(route, least);
      }
      return is_held_up;
    });
  }
}

void Network::decide(RouteClass& route, double each) {
  route.each = each;
  route.rate = fixed(each / route.alone);
  for (const std::uint32_t l : route.links) {
    Link& link = links_[l];
    link.left = std::max(0.0, link.left - each * static_cast<double>(route.heap.size()));
    link.undecided -= route.heap.size();
    link.fastest = std::max(link.fastest, each);
  }
}

void Network::weigh_links() {
  for (const std::uint32_t i : crossed_) {
    Link& link = links_[i];
    link.load.is_full = link.left <= (1 - kNearlyAll) * link.capacity;
    link.used = fixed((link.load.is_full ? link.capacity : link.capacity - link.left) / link.bandwidth);
  }
  for (const std::uint32_t i : active_) {
    const RouteClass& route = classes_[i];
    for (const std::uint32_t l : route.links) {
      Link& link = links_[l];
      link.load.held_up += link.load.is_full && route.each >= kNearlyAll * link.fastest ? route.heap.size() : 0;
    }
  }
}

}  // namespace loadstone
