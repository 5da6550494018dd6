// sim/primitive/service_gate.hpp
//
// The way into a service: picks the process (instance and worker) that serves a request, and counts who is inside each;
// a process may limit how many (then 503, at once).
//
// Ready. Only processes that are ready are picked; which ones can change. Who is inside goes on.
// Idle.  With `keep_alive` the connection of who has left stays open so long: it counts as one inside.
// Order. round_robin goes by arrival; least_conn takes the process with the fewest inside, the first among equals;
//        random and sticky are draws of the request, sticky of one attribute's value.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "sim/primitive/slots.hpp"

namespace loadstone {

enum class BalanceMethod : std::uint8_t { round_robin, least_conn, random, sticky };

struct ServiceGatePlan : SlotsPlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::uint16_t process_attribute = 0;
  std::uint32_t processes = 1;
  std::optional<std::uint32_t> ready;  // at the start, the first ones; absent: all
  std::optional<Duration> keep_alive;
};

// How one way in picks a process: a service has its own, a load balancer in front has another.
struct Balance {
  BalanceMethod method = BalanceMethod::round_robin;
  std::int32_t sticky_attribute = -1;
};

class ServiceGate final : public Slots {
 public:
  ServiceGate(Simulation& simulation, const ServiceGatePlan& plan);

  [[nodiscard]] std::uint32_t choose(const Request& request, const Balance& balance, Key site) {
    return choose_among(ready_, request, balance, site);
  }
  // The same, of some of them. REQUIRES: !processes.empty().
  [[nodiscard]] std::uint32_t choose_among(const std::vector<std::uint32_t>& processes, const Request& request,
                                           const Balance& balance, Key site);
  // In ascending order; never empty.
  [[nodiscard]] const std::vector<std::uint32_t>& ready() const { return ready_; }
  [[nodiscard]] const ServiceGatePlan& gate() const { return gate_; }
  // In ascending order. REQUIRES: !processes.empty().
  void set_ready(std::vector<std::uint32_t> processes) { ready_ = std::move(processes); }
  // CPU time of requests, as far as somebody has it counted.
  void count_cpu(Duration work) { cpu_ns_ += work.ns; }
  [[nodiscard]] std::int64_t cpu_ns() const { return cpu_ns_; }

  void release(const Hold& hold) override;
  void for_each_owned_hold(const std::function<void(const Hold&)>& visit) const override;

 private:
  static void on_idle_end(void* self, std::uint64_t number);

  const ServiceGatePlan& gate_;
  std::vector<std::uint32_t> ready_;
  std::uint64_t turn_ = 0;
  std::int64_t cpu_ns_ = 0;
  std::map<std::uint64_t, Hold> idle_;  // connections, by their number
  std::uint64_t connections_ = 0;
};

}  // namespace loadstone
