#include "src/simgrid/fluid_network.hpp"

#include <algorithm>

namespace loadstone::simgrid_engine {

namespace {

constexpr double kAlmost = 1 - 1e-9;
constexpr double kBytesOfNarrowest = 1 << 14;  // in a nanosecond

}  // namespace

std::uint32_t FluidNetwork::add_link(double bandwidth, double wires) {
  links_.push_back({bandwidth, bandwidth * wires, nullptr, 0});
  return static_cast<std::uint32_t>(links_.size() - 1);
}

std::uint32_t FluidNetwork::add_route(SimTime now, std::vector<std::uint32_t> links) {
  Route& route = routes_.emplace_back();
  route.links = std::move(links);
  if (!route.links.empty()) {
    route.alone = std::numeric_limits<double>::infinity();
    for (const std::uint32_t link : route.links) {
      route.alone = std::min(route.alone, links_[link].bandwidth);
    }
  }
  return add_class(now, 1, std::numeric_limits<double>::infinity(), {});
}

const Place& FluidNetwork::place_of(std::uint32_t job_class) {
  Route& route = routes_[job_class];
  if (route.place.host != nullptr) {
    return route.place;
  }
  if (bytes_ == 0) {
    double narrowest = route.alone;
    for (const Link& link : links_) {
      narrowest = std::min(narrowest, link.bandwidth);
    }
    bytes_ = kBytesOfNarrowest / narrowest;
  }
  std::vector<const simgrid::s4u::Link*> made;
  for (const std::uint32_t index : route.links) {
    Link& link = links_[index];
    if (link.made == nullptr) {
      link.made = platform_.make_link(link.capacity * bytes_);
    }
    made.push_back(link.made);
  }
  route.place = platform_.add_route(made, route.alone * bytes_);
  return route.place;
}

// One route after the other gets what it has in the end: the one whose jobs have the least of all that are not decided
// yet, be it that all of them share what is left of a link, or that it is no faster alone.
FluidNetwork::Shares FluidNetwork::shares() const {
  Shares shares{std::vector<double>(routes_.size(), 0), std::vector<double>(links_.size(), 0)};
  std::vector<double> sharers(links_.size(), 0);
  std::vector<std::size_t> undecided;
  for (std::size_t route = 0; route < routes_.size(); ++route) {
    if (jobs_on(route) > 0) {
      undecided.push_back(route);
      for (const std::uint32_t link : routes_[route].links) {
        sharers[link] += jobs_on(route);
      }
    }
  }
  const auto most_of = [&](std::size_t route) {
    double most = routes_[route].alone;
    for (const std::uint32_t link : routes_[route].links) {
      most = std::min(most, (links_[link].capacity - shares.used[link]) / sharers[link]);
    }
    return most;
  };
  while (!undecided.empty()) {
    const auto slowest = std::min_element(undecided.begin(), undecided.end(),
                                          [&](std::size_t a, std::size_t b) { return most_of(a) < most_of(b); });
    const std::size_t route = *slowest;
    const double each = std::max(0.0, most_of(route));
    shares.each[route] = each;
    for (const std::uint32_t link : routes_[route].links) {
      shares.used[link] += each * jobs_on(route);
      sharers[link] -= jobs_on(route);
    }
    undecided.erase(slowest);
  }
  return shares;
}

LinkLoad FluidNetwork::load(std::uint32_t link) const {
  const Shares now = shares();
  LinkLoad load;
  load.is_full = now.used[link] >= kAlmost * links_[link].capacity;
  double fastest = 0;
  for (std::size_t route = 0; load.is_full && route < routes_.size(); ++route) {
    const auto& links = routes_[route].links;
    if (jobs_on(route) == 0 || std::find(links.begin(), links.end(), link) == links.end()) {
      continue;
    }
    if (now.each[route] * kAlmost > fastest) {
      fastest = now.each[route];
      load.held_up = 0;
    }
    load.held_up += now.each[route] >= kAlmost * fastest ? classes_[route].members.size() : 0;
  }
  return load;
}

double FluidNetwork::used_ns(SimTime now, std::uint32_t link) {
  account(now);
  return links_[link].used_ns;
}

bool FluidNetwork::is_hindering() const {
  const Shares now = shares();
  for (std::size_t route = 0; route < routes_.size(); ++route) {
    if (jobs_on(route) > 0 && now.each[route] < kAlmost * routes_[route].alone) {
      return true;
    }
  }
  return false;
}

void FluidNetwork::account(SimTime now) {
  const auto dt = static_cast<double>((now - accounted_).ns);
  accounted_ = now;
  if (dt == 0) {
    return;
  }
  const Shares before = shares();
  for (std::size_t link = 0; link < links_.size(); ++link) {
    links_[link].used_ns += before.used[link] / links_[link].bandwidth * dt;
  }
}

}  // namespace loadstone::simgrid_engine
