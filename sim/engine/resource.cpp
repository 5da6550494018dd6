#include "sim/engine/resource.hpp"

#include "sim/base/check.hpp"
#include "sim/engine/simulation.hpp"

namespace loadstone {

void Resource::leave_line(Request&) {
  LOADSTONE_CHECK(false, "this resource has no line");
}

void Resource::release(const Hold&) {
  LOADSTONE_CHECK(false, "this resource is not held");
}

bool Resource::interrupt(Request&) {
  return false;
}

void Resource::set_slowness(std::uint32_t, double) {
  LOADSTONE_CHECK(false, "this resource has no speed to set");
}

void Resource::end_wait(Request& request) {
  Wait& wait = request.wait;
  wait.member->level.leave_line(simulation_.now());
  simulation_.meter(row_).wait_sum += (simulation_.now() - wait.since).ns;
  if (wait.patience.is_set()) {
    simulation_.kernel().cancel(wait.patience);
    wait.patience = {};
  }
  wait.at = nullptr;
}

void Resource::begin_service(Request& request, Member& member) {
  request.served_by = this;
  request.served_member = &member;
  request.served_since = simulation_.now();
  simulation_.doing(request, Doing::served, row_);
}

Totals Resource::totals(SimTime now) const {
  Totals sum;
  for_each_member([&](const Member& member) { sum += totals_of(member, now); });
  return sum;
}

std::string member_label(const Simulation& simulation, const ResourcePlan& plan, const Request* request) {
  std::string label;
  for (const std::uint16_t attribute : plan.member_attributes) {
    if (request == nullptr) {
      break;
    }
    label += label.empty() ? "" : ", ";
    label += simulation.model().attributes[attribute] + '=' +
             std::to_string(static_cast<std::int64_t>(request->attributes[attribute]));
  }
  return label;
}

}  // namespace loadstone
