// sim/kernel/kernel.hpp
//
// The kernel owns the clock and offers the three things that everything else is built on: wake me at an instant,
// execute this much work on a host or over links, and cancel either.
//
// Order. Events run in the order of event.hpp; completions of work run in Phase::release at the nanosecond
//        after which the work is done (rounded up).
// Owns.  The clock, the events, the hosts, the links. Objects named in an Action must outlive the event.
// Not.   It knows no request, no resource and no statistics. `native` is the implementation used by default; the other
//        one is SimGrid's (src/simgrid).
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>

#include "sim/kernel/event.hpp"

namespace loadstone {

struct HostId {
  std::uint32_t index = 0;
};

// Links that routes join, and one of them.
struct NetworkId {
  std::uint32_t index = 0;
};
struct LinkId {
  std::uint32_t network = 0;
  std::uint32_t index = 0;
};

// How a link is used at this instant.
struct LinkLoad {
  bool is_full = false;     // all of its bandwidth is used
  std::size_t held_up = 0;  // jobs that would be faster if it were wider: those that are fastest on it while it is full
};

// A class of jobs on one host whose members have the same cap (cores one job can use) and share a quota; or all jobs
// that take one route of a network.
struct JobClassId {
  std::uint32_t host = 0;
  std::uint32_t index = 0;
};

// A handle on work under way; stopping it after its completion is not an error.
struct JobId {
  std::uint32_t host = 0;
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;

  [[nodiscard]] bool is_set() const { return generation != 0; }
};

// Some model goes round without letting time pass.
class SpinningError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Kernel {
 public:
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  virtual ~Kernel() = default;

  [[nodiscard]] SimTime now() const { return now_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  // A hash of (instant, phase, sequence) of every event run so far: equal runs have equal fingerprints.
  [[nodiscard]] std::uint64_t fingerprint() const { return fingerprint_; }

  // REQUIRES: at >= now().
  EventId schedule(SimTime at, Phase phase, Action action) {
    return schedule_call(at, phase, action.run, action.object, action.argument);
  }
  virtual bool cancel(EventId id) = 0;

  // Processor sharing over `cores` (may be fractional, above 0).
  virtual HostId add_host(double cores) = 0;
  // A link in no network is a host whose one core is its bandwidth, and whose work is the time of the bytes with the
  // link to themselves.
  virtual HostId add_link(double wires) { return add_host(wires); }
  // REQUIRES: 0 < cap. `quota` bounds what all jobs of the class get together (cores): at every instant, or, with a
  // `period`, over each period from 0 on, after which they stand still until the next one.
  virtual JobClassId add_job_class(HostId host, double cap, double quota, Duration period = {}) = 0;
  // Links whose bandwidth (bytes per ns, of each of its wires; above 0) those that cross them share max-min fairly. A
  // job moves over all links of its route at once, in one wire of each; its work is the time that it takes when it is
  // alone, which the narrowest of them decides. REQUIRES: a route has no link twice.
  virtual NetworkId add_network() = 0;
  virtual LinkId add_link(NetworkId network, double bandwidth, double wires) = 0;
  virtual JobClassId add_route(NetworkId network, std::span<const LinkId> links) = 0;
  [[nodiscard]] virtual LinkLoad load(LinkId link) = 0;
  // The integral of the bandwidth that is used over that of a wire, since the start, in nanoseconds.
  [[nodiscard]] virtual double used_ns(LinkId link) = 0;
  // From now on work in a class of a host takes `factor` times as long, on the same cores. REQUIRES: factor >= 1.
  virtual void set_slowness(JobClassId job_class, double factor) = 0;
  // Runs `work` nanoseconds (of a core, of a route) in the class; `done` runs when they are done. work >= 0.
  virtual JobId execute(JobClassId job_class, std::int64_t work, Action done) = 0;
  virtual bool stop(JobId job) = 0;
  // The integral of busy cores over time since the start, in core-nanoseconds.
  [[nodiscard]] virtual double busy_core_ns(HostId host) = 0;

  // Runs events until none is left, the next one is later than `until`, or `finish()` was called. The clock then
  // stands at `until`, or at the event that called finish().
  virtual void run(SimTime until) = 0;
  void finish() { finished_ = true; }
  [[nodiscard]] bool finished() const { return finished_; }

 protected:
  // An action in registers: three stores that are read back as one vector at once cost a tenth of M/M/1's time.
  virtual EventId schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                                std::uint64_t argument) = 0;

  // An event is about to run: it counts, and the fingerprint has it.
  void note(EventKey key) {
    ++events_;
    fingerprint_ = (fingerprint_ ^ (static_cast<std::uint64_t>(key.bits >> 64) * 0x9e3779b97f4a7c15ULL) ^
                    (static_cast<std::uint64_t>(key.bits) >> EventKey::kSlotBits)) *
                   0xd6e8feb86659fd93ULL;
  }

  SimTime now_;
  std::uint64_t events_ = 0;
  std::uint64_t fingerprint_ = 0x9e3779b97f4a7c15ULL;
  bool finished_ = false;
};

}  // namespace loadstone
