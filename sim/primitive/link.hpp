// sim/primitive/link.hpp
//
// A network link: a transfer takes a round trip, and then the time of its bytes at a bandwidth that all transfers in
// progress share equally. A transfer over several links takes their round trips one after the other, and then moves its
// bytes over all of them at once: such links are one LinkNetwork.
//
// Order.  The round trips come first and use no bandwidth. Transfers that end at one instant end in the order in which
//         their bytes began to move.
// Levels. `in use` is 1 while bytes move; further transfers whose bytes move are the line. So utilisation is the share
//         of the bandwidth that is used. In a network: `in use` is 1 while all the bandwidth is used, and the line has
//         those that the link holds up but one; how much of the bandwidth is used is asked of the kernel.
// Own.    Where the kernel has a network of its own, that carries the bytes between the ends of the link, and takes its
//         time; `in use` is 1 while any move, and nobody knows of a line.
// Not.    No slow start, no loss, no queue of packets: the fluid model of the kernel.
#pragma once

#include <optional>
#include <span>

#include "sim/engine/member_array.hpp"
#include "sim/engine/resource.hpp"
#include "sim/primitive/link_network.hpp"

namespace loadstone {

struct LinkPlan : ResourcePlan {
  LinkPlan() { capacity = 1; }
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::optional<double> bandwidth;  // bytes per ns; absent: bytes take no time
  std::optional<RowId> network;     // the first of the links that routes join with it, if there are any
  std::optional<LinkEnds> between;
  bool is_used = false;  // some step transfers over it
};

class Link final : public Resource {
 public:
  Link(Simulation& simulation, const LinkPlan& plan);

  // `rtt`, then the bytes.
  Progress transfer(Request& request, Duration rtt, double bytes);
  // The same over several links at once, of which this is one. The request is said to be served by this one. REQUIRES:
  // all are in its network, and none of them is narrower.
  Progress transfer(Request& request, std::span<const ResourceIndex> route, Duration rtt, double bytes);
  bool interrupt(Request& request) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  [[nodiscard]] Totals totals_of(const Member& member, SimTime now) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  Progress begin(Request& request, const Way& way, Duration rtt, double bytes);
  const Way& way_of(const Request& request) const;
  void move(Request& request);
  void leave(const Request& request);
  void end(Request& request);
  static void on_round_trip(void* link, std::uint64_t request);
  static void on_moved(void* link, std::uint64_t request);

  const LinkPlan& plan_;
  double ns_per_byte_;                    // of a transfer that is alone
  std::shared_ptr<LinkNetwork> network_;  // shared by all of it
  MemberArray<Wire> wires_;
};

}  // namespace loadstone
