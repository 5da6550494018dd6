// src/simgrid/platform.hpp
//
// SimGrid as this engine uses it: one Engine of a process, with models that share plainly; hosts and links that are
// made while the run goes on; work on them, and whoever is told when it ends.
//
// Shares. CPU: max-min over the cores of a host, each piece of work bounded. Network: CM02 without its corrections (no
//         TCP window, factors of 1, no cross traffic, no latency), which leaves max-min over the links of a route.
// Units.  A core does 1e9 flops a second, so that a flop is a core-nanosecond. A link moves 2^10 bytes in a
//         nanosecond, because SimGrid's payloads are whole numbers.
// Late.   SimGrid seals a zone when it runs. What is made later gets a zone of its own, with the models of the first.
// Owns.   The activities, until SimGrid has said twice that a cancelled one ended, and once of any other: it crashes if
//         they go before.
#pragma once

#include <simgrid/s4u.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace loadstone::simgrid_engine {

// Where work is done: a host, or a link with a host at each end.
struct Place {
  simgrid::s4u::Host* host = nullptr;
  simgrid::s4u::Host* other_end = nullptr;  // of a link
};

class Platform {
 public:
  static constexpr std::uint64_t kNobody = 0;  // of work whose end nobody is told

  // `on_done` is called with what start() was given, at SimGrid's present date.
  explicit Platform(std::function<void(std::uint64_t who)> on_done);
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  // `most` is the greatest number of cores that one piece of work can use.
  [[nodiscard]] Place add_host(double cores, double most);
  [[nodiscard]] Place add_link(double wires);

  // So much work, at most `bound` cores (or wires) at a time. REQUIRES: ns > 0.
  [[nodiscard]] simgrid::s4u::ActivityPtr start(const Place& place, double ns, double bound, std::uint64_t who);
  // What is left of it, which now never ends.
  double cancel(simgrid::s4u::ActivityPtr activity);

  // Lets time pass up to `date`, or until no work is under way and `has_events` says that nothing else will be. What
  // events throw comes out here, and then the engine is of no use any more.
  void run(double date, const std::function<bool()>& has_events);
  [[nodiscard]] static double now() { return simgrid::s4u::Engine::get_clock(); }
  // Lets go what has ended. REQUIRES: called by a timer.
  void sweep() { ended_.clear(); }

 private:
  void on_completion(const simgrid::s4u::Activity& activity);
  simgrid::s4u::NetZone* add_zone();

  std::function<void(std::uint64_t)> on_done_;
  simgrid::s4u::Engine engine_;
  simgrid::s4u::NetZone* root_ = nullptr;
  std::size_t zones_ = 0;
  std::map<const simgrid::s4u::Activity*, simgrid::s4u::ActivityPtr> alive_;
  std::vector<simgrid::s4u::ActivityPtr> ended_;
};

}  // namespace loadstone::simgrid_engine
