// sim/primitive/balancer.hpp
//
// The connections of a load balancer, and what it knows of the instances behind it (Nginx's passive checks): one that
// refused is skipped for a while, and whoever met it goes to the next.
//
// Peers.  An instance that has refused `max_fails` times is skipped until `fail_timeout` after the last time has
// passed;
//         then one request probes it, and the others skip it for as long again. A connection after that forgets all.
//         Each request tries an instance once. Where there is one instance only nothing is counted or skipped.
// Order.  At the end of `fail_timeout` it is still skipped.
// Not.    A connection that was made is a success, whatever becomes of the request.
#pragma once

#include <vector>

#include "sim/primitive/service_gate.hpp"

namespace loadstone {

struct BalancerPlan : SlotsPlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  RowId gate = 0;
  std::optional<RowId> memory;  // absent: no instance is ever gone
  std::int64_t processes = 1;   // of an instance
  std::int64_t max_fails = 1;   // 0: nobody is skipped
  Duration fail_timeout;
  ErrorId unavailable = kNoError;
  std::uint32_t next_upstream = 0;  // mark: a request went on to another instance
};

class Balancer final : public Slots {
 public:
  Balancer(Simulation& simulation, const BalancerPlan& plan);

  // The process that the request is connected to; or request.error is set.
  [[nodiscard]] std::uint32_t connect(Request& request, const Balance& balance, Key site);

 private:
  // Nginx's, of ngx_http_upstream_rr_peer_t.
  struct Peer {
    std::int64_t fails = 0;
    SimTime accessed;  // the last failure
    SimTime checked;   // that, or the last probe
  };

  [[nodiscard]] std::size_t instance_of(std::uint32_t process);
  [[nodiscard]] bool is_skipped(const Peer& peer) const;

  const BalancerPlan& balancer_;
  std::vector<Peer> peers_;          // by instance
  std::vector<std::uint32_t> left_;  // of connect(): what may still be tried
};

}  // namespace loadstone
