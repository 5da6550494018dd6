#include "sim/primitive/service_gate.hpp"

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> ServiceGatePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<ServiceGate>(simulation, *this);
}

std::uint32_t ServiceGate::choose(const Request& request, const Balance& balance, Key site) {
  if (gate_.processes == 1) {
    return 0;
  }
  switch (balance.method) {
    case BalanceMethod::round_robin:
      return static_cast<std::uint32_t>(turn_++ % gate_.processes);
    case BalanceMethod::random:
      return static_cast<std::uint32_t>(uniform_below(draw_of(request.draws, site, 0), gate_.processes));
    case BalanceMethod::sticky: {
      const double value = request.attributes[static_cast<std::size_t>(balance.sticky_attribute)];
      return static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) % gate_.processes);
    }
    case BalanceMethod::least_conn:
      break;
  }
  Request probe;  // only its attributes are looked at
  probe.attributes = request.attributes;
  std::uint32_t best = 0;
  std::int64_t fewest = INT64_MAX;
  for (std::uint32_t process = 0; process < gate_.processes; ++process) {
    probe.attributes[gate_.process_attribute] = process;
    const std::int64_t inside = lines_.of(probe).level.in_use();
    if (inside < fewest) {
      fewest = inside;
      best = process;
    }
  }
  return best;
}

}  // namespace loadstone
