// sim/primitive/service_gate.hpp
//
// The way into a service: picks the process (instance and worker) that serves a request, and counts who is inside each;
// a process may limit how many (then 503, at once).
//
// Order. round_robin goes by arrival; least_conn takes the process with the fewest inside, the first among equals;
//        random and sticky are draws of the request, sticky of one attribute's value.
#pragma once

#include "sim/primitive/slots.hpp"

namespace loadstone {

enum class BalanceMethod : std::uint8_t { round_robin, least_conn, random, sticky };

struct ServiceGatePlan : SlotsPlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::uint16_t process_attribute = 0;
  std::uint32_t processes = 1;
};

// How one way in picks a process: a service has its own, a load balancer in front has another.
struct Balance {
  BalanceMethod method = BalanceMethod::round_robin;
  std::int32_t sticky_attribute = -1;
};

class ServiceGate final : public Slots {
 public:
  ServiceGate(Simulation& simulation, const ServiceGatePlan& plan) : Slots(simulation, plan), gate_(plan) {}

  [[nodiscard]] std::uint32_t choose(const Request& request, const Balance& balance, Key site);
  [[nodiscard]] const ServiceGatePlan& gate() const { return gate_; }

 private:
  const ServiceGatePlan& gate_;
  std::uint64_t turn_ = 0;
};

}  // namespace loadstone
