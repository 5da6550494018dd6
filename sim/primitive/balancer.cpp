#include "sim/primitive/balancer.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"
#include "sim/primitive/process_memory.hpp"

namespace loadstone {

std::unique_ptr<Resource> BalancerPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<Balancer>(simulation, *this);
}

Balancer::Balancer(Simulation& simulation, const BalancerPlan& plan) : Slots(simulation, plan), balancer_(plan) {}

std::size_t Balancer::instance_of(std::uint32_t process) {
  const auto instance = static_cast<std::size_t>(process / balancer_.processes);
  peers_.resize(std::max(peers_.size(), instance + 1));
  return instance;
}

bool Balancer::is_skipped(const Peer& peer) const {
  return balancer_.max_fails > 0 && peer.fails >= balancer_.max_fails &&
         simulation_.now() - peer.checked <= balancer_.fail_timeout;
}

std::uint32_t Balancer::connect(Request& request, const Balance& balance, Key site) {
  auto& gate = simulation_.resource<ServiceGate>(balancer_.gate);
  const bool is_single = gate.ready().front() / balancer_.processes == gate.ready().back() / balancer_.processes;
  if (!balancer_.memory || is_single) {
    return gate.choose(request, balance, site);
  }
  const auto& memory = simulation_.resource<ProcessMemory>(*balancer_.memory);
  left_ = gate.ready();
  std::erase_if(left_, [&](std::uint32_t process) { return is_skipped(peers_[instance_of(process)]); });
  while (!left_.empty()) {
    const std::uint32_t process = gate.choose_among(left_, request, balance, site);
    const std::size_t instance = instance_of(process);
    Peer& peer = peers_[instance];
    const SimTime now = simulation_.now();
    if (now - peer.checked > balancer_.fail_timeout) {
      peer.checked = now;
    }
    if (!memory.is_away(static_cast<std::int64_t>(instance))) {
      peer.fails = peer.accessed < peer.checked ? 0 : peer.fails;
      return process;
    }
    ++peer.fails;
    peer.accessed = now;
    peer.checked = now;
    std::erase_if(left_, [&](std::uint32_t other) { return instance_of(other) == instance; });
    if (!left_.empty()) {
      simulation_.count_mark(balancer_.next_upstream);
    }
  }
  request.error = balancer_.unavailable;
  return gate.ready().front();
}

}  // namespace loadstone
