#include "sim/primitive/service_gate.hpp"

#include <numeric>

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> ServiceGatePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<ServiceGate>(simulation, *this);
}

ServiceGate::ServiceGate(Simulation& simulation, const ServiceGatePlan& plan)
    : Slots(simulation, plan), gate_(plan), ready_(plan.ready.value_or(plan.processes)) {
  std::iota(ready_.begin(), ready_.end(), 0);
}

std::uint32_t ServiceGate::choose_among(const std::vector<std::uint32_t>& processes, const Request& request,
                                        const Balance& balance, Key site) {
  if (processes.size() == 1) {
    return processes.front();
  }
  switch (balance.method) {
    case BalanceMethod::round_robin:
      return processes[turn_++ % processes.size()];
    case BalanceMethod::random:
      return processes[uniform_below(draw_of(request.draws, site, 0), processes.size())];
    case BalanceMethod::sticky: {
      const double value = request.attributes[static_cast<std::size_t>(balance.sticky_attribute)];
      return processes[static_cast<std::uint64_t>(value) % processes.size()];
    }
    case BalanceMethod::least_conn:
      break;
  }
  Request probe;  // only its attributes are looked at
  probe.attributes = request.attributes;
  std::uint32_t best = processes.front();
  std::int64_t fewest = INT64_MAX;
  for (const std::uint32_t process : processes) {
    probe.attributes[gate_.process_attribute] = process;
    const std::int64_t inside = lines_.of(probe).level.in_use();
    if (inside < fewest) {
      fewest = inside;
      best = process;
    }
  }
  return best;
}

void ServiceGate::release(const Hold& hold) {
  if (!gate_.keep_alive) {
    Slots::release(hold);
    return;
  }
  ++hold.member->level.completed;
  Hold idle = hold;
  idle.since = simulation_.now();
  idle_[connections_] = idle;
  simulation_.kernel().schedule(simulation_.now() + *gate_.keep_alive, Phase::expire,
                                {&ServiceGate::on_idle_end, this, connections_++});
}

void ServiceGate::on_idle_end(void* self, std::uint64_t number) {
  auto& gate = *static_cast<ServiceGate*>(self);
  const Hold idle = gate.idle_.extract(number).mapped();
  gate.simulation_.meter(gate.row_).hold_sum += (gate.simulation_.now() - idle.since).ns;
  idle.member->level.use(gate.simulation_.now(), -1);
}

void ServiceGate::for_each_owned_hold(const std::function<void(const Hold&)>& visit) const {
  for (const auto& [number, hold] : idle_) {
    visit(hold);
  }
}

}  // namespace loadstone
