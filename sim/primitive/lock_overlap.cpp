#include "sim/primitive/lock_overlap.hpp"

#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

std::unique_ptr<Resource> LockOverlapPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<LockOverlap>(simulation, *this);
}

LockOverlap::LockOverlap(Simulation& simulation, const LockOverlapPlan& plan)
    : Resource(simulation, plan.row), all_(kUnlimitedUnits) {}

void LockOverlap::begin() {
  ++all_.level.arrivals;
  ++all_.level.granted;
  all_.level.use(simulation_.now(), 1);
}

void LockOverlap::end(SimTime since) {
  simulation_.count_hold(row_, since);
  all_.level.use(simulation_.now(), -1);
  ++all_.level.completed;
}

}  // namespace loadstone
