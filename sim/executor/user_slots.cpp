#include "sim/executor/user_slots.hpp"

#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

std::unique_ptr<Resource> UserSlotsPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<UserSlots>(simulation, *this);
}

UserSlots::UserSlots(Simulation& simulation, const UserSlotsPlan& plan)
    : Resource(simulation, plan.row),
      users_(simulation.is_relieved(plan.name) ? kUnlimitedUnits : static_cast<std::int64_t>(plan.capacity)) {}

bool UserSlots::take() {
  ++users_.level.arrivals;
  if (users_.level.in_use() >= users_.level.capacity()) {
    ++users_.level.refused;
    return false;
  }
  users_.level.use(simulation_.now(), 1);
  ++users_.level.granted;
  if (simulation_.is_sampled(simulation_.now())) {
    simulation_.meter(row_).wait.record(0);
  }
  return true;
}

void UserSlots::give_back(SimTime since) {
  simulation_.count_hold(row_, since);
  users_.level.use(simulation_.now(), -1);
  ++users_.level.completed;
}

}  // namespace loadstone
