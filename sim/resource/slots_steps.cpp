#include "sim/resource/slots_steps.hpp"

#include "sim/primitive/slots.hpp"

namespace loadstone {

namespace {

struct AcquirePlan {
  ResourceIndex slots = 0;
  std::int64_t amount = 1;
  std::optional<Drawn> priority;
  std::optional<Drawn> patience;
  Key patience_site = 0;
};

Progress op_acquire(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const AcquirePlan*>(op.plan);
  const double rank = plan.priority ? plan.priority->value(simulation, request, op.site) : 0;
  std::optional<Duration> patience;
  if (plan.patience) {
    patience = plan.patience->duration(simulation, request, plan.patience_site);
  }
  return simulation.resource<Slots>(plan.slots).acquire(request, plan.amount, rank, patience);
}

Progress op_release(Simulation& simulation, Request& request, const Op& op) {
  simulation.release_last(request, op.target);
  return Progress::next;
}

}  // namespace

void emit_acquire(Lowerer& lowerer, ResourceIndex slots, std::int64_t amount, const std::optional<CountLaw>& priority,
                  const std::optional<TimeLaw>& patience) {
  const ResourcePlan& taken_from = *lowerer.builder().model().resources[slots];
  if (static_cast<double>(amount) > taken_from.capacity) {
    lowerer.error("takes " + std::to_string(amount) + " of '" + taken_from.name + "', which has " +
                  format_number(taken_from.capacity));
  }
  AcquirePlan plan{slots, amount, std::nullopt, std::nullopt, lowerer.site("patience")};
  if (priority) {
    plan.priority = lowerer.drawn(*priority);
  }
  if (patience) {
    plan.patience = lowerer.drawn(*patience);
  }
  lowerer.emit({.execute = &op_acquire, .plan = lowerer.builder().keep(plan)}, "priority");
}

void emit_release(Lowerer& lowerer, ResourceIndex slots) {
  lowerer.emit({.execute = &op_release, .target = slots});
}

}  // namespace loadstone
