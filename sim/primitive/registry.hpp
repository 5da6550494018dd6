// sim/primitive/registry.hpp
//
// A registry of the instances of a service, as Eureka's: each renews its lease every so often, who has not until the
// lease is over is forgotten, and clients fetch the list now and then. So requests go to an instance that is gone until
// the first fetch after its lease, and not to one that is back until the first fetch after that.
//
// Order.  A lease ends in Phase::expire, a fetch is a Phase::wake strictly later than what it sees, or at that instant
// if
//         clients fetch nothing. An instance renews at the instant of its death, if it is time.
// Phases. Of each instance's renewals, and of the fetches, are drawn by the name; an instance that comes back registers
//         then and goes on from there.
// Not.    It knows nothing of those who are there and do not answer. The last ones stay in the list.
#pragma once

#include <vector>

#include "sim/primitive/service_gate.hpp"
#include "sim/primitive/sweep.hpp"

namespace loadstone {

struct RegistryPlan {
  Duration renew;
  Duration lease;  // longer than `renew`
  Duration fetch;
  std::string name;            // whose it is
  RowId gate = 0;              // whose list of processes it keeps
  std::int64_t count = 1;      // instances
  std::int64_t processes = 1;  // of an instance
};

class Registry {
 public:
  Registry(Simulation& simulation, const RegistryPlan& plan);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The instance renews no more.
  void lost(std::int64_t number);
  void back(std::int64_t number);

 private:
  struct Instance {
    bool registered = true;
    std::int64_t renews_from_ns = 0;  // one of its renewals; below 0: before the run
    EventId lapse;
  };

  void changed();
  static void on_lapse(void* registry, std::uint64_t number);
  static void on_fetch(void* registry, std::uint64_t);

  Simulation& simulation_;
  const RegistryPlan& plan_;
  Sweep fetches_;
  std::vector<Instance> instances_;
};

}  // namespace loadstone
