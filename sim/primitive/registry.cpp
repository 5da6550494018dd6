#include "sim/primitive/registry.hpp"

#include "sim/engine/simulation.hpp"

namespace loadstone {

Registry::Registry(Simulation& simulation, const RegistryPlan& plan)
    : simulation_(simulation), plan_(plan), fetches_(simulation, SweepPlan{plan.fetch, plan.name + ".registry"}) {
  constexpr Key kRenewals = hash_text("renewals");
  const Key key = simulation.key_of(plan.name);
  for (std::int64_t i = 0; i < plan.count; ++i) {
    const double share = simulation.settings().expected_values
                             ? 0.5
                             : uniform(draw_of(combine(key, static_cast<std::uint64_t>(i)), kRenewals, 0));
    instances_.emplace_back().renews_from_ns = -whole_ns(share * static_cast<double>(plan.renew.ns)).ns;
  }
}

void Registry::lost(std::int64_t number) {
  Instance& instance = instances_[static_cast<std::size_t>(number)];
  const SimTime now = simulation_.now();
  const std::int64_t since = (now.ns - instance.renews_from_ns) % plan_.renew.ns;
  instance.lapse = simulation_.kernel().schedule(now + plan_.lease - Duration{since}, Phase::expire,
                                                 {&Registry::on_lapse, this, static_cast<std::uint64_t>(number)});
}

void Registry::back(std::int64_t number) {
  Instance& instance = instances_[static_cast<std::size_t>(number)];
  if (instance.lapse.is_set()) {
    simulation_.kernel().cancel(instance.lapse);
    instance.lapse = {};
  }
  instance.renews_from_ns = simulation_.now().ns;
  if (!instance.registered) {
    instance.registered = true;
    changed();
  }
}

void Registry::on_lapse(void* self, std::uint64_t number) {
  Registry& registry = *static_cast<Registry*>(self);
  registry.instances_[number].lapse = {};
  registry.instances_[number].registered = false;
  registry.changed();
}

void Registry::changed() {
  simulation_.kernel().schedule(fetches_.after(simulation_.now()), Phase::wake, {&Registry::on_fetch, this, 0});
}

void Registry::on_fetch(void* self, std::uint64_t) {
  Registry& registry = *static_cast<Registry*>(self);
  std::vector<std::uint32_t> processes;
  for (std::size_t i = 0; i < registry.instances_.size(); ++i) {
    for (std::int64_t k = 0; registry.instances_[i].registered && k < registry.plan_.processes; ++k) {
      processes.push_back(static_cast<std::uint32_t>(static_cast<std::int64_t>(i) * registry.plan_.processes + k));
    }
  }
  if (!processes.empty()) {
    registry.simulation_.resource<ServiceGate>(registry.plan_.gate).set_ready(std::move(processes));
  }
}

}  // namespace loadstone
