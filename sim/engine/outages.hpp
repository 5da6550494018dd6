// sim/engine/outages.hpp
//
// The faults of one replication: what happens to who comes to a resource that is down or fails, to who is there when it
// dies, and when what is slow changes its speed.
//
// Order. A fault that begins or ends at an instant does so in Phase::expire, before every other expiry of the instant:
//        what completes then has completed, what times out then is too late. Whoever comes from the first instant on
//        and before the last meets it.
// Dies.  See deaths.hpp. Who has a connection to it finds out at its next use.
// Cost.  Nothing where no fault is declared: operations that ask are compiled only for resources that one hits.
// Draws. Whether an operation fails is the request's draw, at the operation's site, one for each fault. How long a
//        failover takes belongs to the resource.
#pragma once

#include <vector>

#include "sim/engine/fault_plan.hpp"
#include "sim/engine/op.hpp"

namespace loadstone {

class Simulation;

// A request comes to the resource of outage `target`: it goes on, fails, or waits until it can get there.
Progress op_reach(Simulation&, Request&, const Op&);

class Outages {
 public:
  explicit Outages(Simulation& simulation);
  Outages(const Outages&) = delete;
  Outages& operator=(const Outages&) = delete;

  // Schedules deaths and changes of speed. Before the sources start, so that a fault comes first at its instant.
  void start();
  Progress reach(Request& request, const Op& op);
  // When the fault is over in this replication.
  [[nodiscard]] SimTime end_of(std::size_t fault) const { return ends_[fault]; }

 private:
  struct Outage {
    std::vector<OutagePlan::Span> spans;
    bool has_died = false;  // something may have been lost
  };

  static void on_death(void* outages, std::uint64_t outage);
  void die(OutageId id);
  [[nodiscard]] bool has_lost(const OutagePlan& plan, const Request& request) const;
  void change_speed(const SlowPart& part);

  Simulation& simulation_;
  std::vector<Outage> outages_;  // by OutageId
  std::vector<SimTime> ends_;    // by the workload's faults
};

}  // namespace loadstone
