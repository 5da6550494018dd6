// src/simgrid/platform.hpp
//
// SimGrid as this engine uses it: one Engine of a process, with models that share plainly; hosts and links that are
// made while the run goes on; work on them, and whoever is told when it ends.
//
// Shares. CPU: max-min over the cores of a host, each piece of work bounded. Network: CM02 without its corrections (no
//         TCP window, factors of 1, no cross traffic, no latency), which leaves max-min over the links of a route. A
//         platform of the user's brings its own network and its own configuration; hosts of ours are made beside it.
// Units.  A core does 1e9 flops a second, so that a flop is a core-nanosecond. A link moves 2^10 bytes in a
//         nanosecond, because SimGrid's payloads are whole numbers; the links of a network, so much as they say.
// Late.   SimGrid seals a zone when it runs. What is made later gets a zone of its own, with the models of the first.
// Owns.   The activities, until SimGrid has said twice that a cancelled one ended, and once of any other: it crashes if
//         they go before.
#pragma once

#include <simgrid/s4u.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "src/remote/message.hpp"

namespace loadstone::simgrid_engine {

// Where work is done: a host, or a link or a route with a host at each end.
struct Place {
  simgrid::s4u::Host* host = nullptr;
  simgrid::s4u::Host* other_end = nullptr;
  double bytes_per_ns = 0;  // of one piece of work that is alone, as SimGrid counts bytes
  // Between hosts of the user's: work is bytes, not ns, and has no bound but SimGrid's.
  [[nodiscard]] bool is_passage() const { return other_end != nullptr && bytes_per_ns == 0; }
};

// SimGrid does not take a platform.
class PlatformRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Platform {
 public:
  static constexpr std::uint64_t kNobody = 0;  // of work whose end nobody is told

  // `on_done` is called with what start() was given, at SimGrid's present date.
  // `file` is the user's; nullptr if there is none.
  explicit Platform(std::function<void(std::uint64_t who)> on_done, const remote::PlatformFile* file = nullptr);
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  // `most` is the greatest number of cores that one piece of work can use.
  [[nodiscard]] Place add_host(double cores, double most);
  [[nodiscard]] Place add_link(double wires);
  // A link that routes can have in them, of so many of SimGrid's bytes in a nanosecond; and a route.
  [[nodiscard]] const simgrid::s4u::Link* make_link(double bytes_per_ns);
  // Between two hosts of the user's. Throws PlatformRefused if it has no route. REQUIRES: they are among host_names().
  [[nodiscard]] Place passage(const std::string& from, const std::string& to) const;
  // Of the user's platform.
  [[nodiscard]] const std::vector<std::string>& host_names() const { return host_names_; }
  [[nodiscard]] Place add_route(const std::vector<const simgrid::s4u::Link*>& links, double bytes_per_ns);

  // So much work, at most `bound` cores (or wires, or times what one alone has) at a time. REQUIRES: ns > 0.
  [[nodiscard]] simgrid::s4u::ActivityPtr start(const Place& place, double ns, double bound, std::uint64_t who);
  // What is left of work at that place, which now never ends.
  double cancel(const Place& place, simgrid::s4u::ActivityPtr activity);

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
  std::string path_;  // of the user's platform
  std::vector<std::string> host_names_;
  std::size_t zones_ = 0;
  std::map<const simgrid::s4u::Activity*, simgrid::s4u::ActivityPtr> alive_;
  std::vector<simgrid::s4u::ActivityPtr> ended_;
};

}  // namespace loadstone::simgrid_engine
