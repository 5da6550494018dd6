// sim/kernel/kernel.hpp
//
// The kernel owns the clock and offers the three things that everything else is built on: wake me at an instant,
// execute this much work on a host, and cancel either. A link is a host whose work is bytes.
//
// Order. Events run in the order of event.hpp; completions of work run in Phase::release at the nanosecond
//        after which the work is done (rounded up).
// Owns.  The clock, the events, the hosts. Objects named in an Action must outlive the event.
// Not.   It knows no request, no resource and no statistics. `native` is the implementation used by default; the other
//        one is SimGrid's (src/simgrid), which takes links for what they are.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "sim/kernel/event.hpp"

namespace loadstone {

struct HostId {
  std::uint32_t index = 0;
};

// A class of jobs on one host whose members have the same cap (cores one job can use) and share a quota.
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
  // A link is a host whose one core is its bandwidth, and whose work is the time of the bytes with the link to
  // themselves.
  virtual HostId add_link(double wires) { return add_host(wires); }
  // REQUIRES: 0 < cap. `quota` bounds what all jobs of the class get together (cores): at every instant, or, with a
  // `period`, over each period from 0 on, after which they stand still until the next one.
  virtual JobClassId add_job_class(HostId host, double cap, double quota, Duration period = {}) = 0;
  // From now on work in the class takes `factor` times as long, on the same cores. REQUIRES: factor >= 1.
  virtual void set_slowness(JobClassId job_class, double factor) = 0;
  // Runs `work` core-nanoseconds in the class; `done` runs when they are done. work >= 0.
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
