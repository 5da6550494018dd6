// sim/primitive/link.hpp
//
// A network link: a transfer takes a round trip, and then the time of its bytes at a bandwidth that all transfers in
// progress share equally.
//
// Order.  The round trip comes first and uses no bandwidth. Transfers that end at one instant end in the order in which
//         their bytes began to move.
// Levels. `in use` is 1 while bytes move; further transfers whose bytes move are the line. So utilisation is the share
// of
//         the bandwidth that is used.
// Not.    No slow start, no loss, no queue of packets: the fluid model of the kernel.
#pragma once

#include "sim/engine/member_array.hpp"
#include "sim/engine/resource.hpp"

namespace loadstone {

struct LinkPlan : ResourcePlan {
  LinkPlan() { capacity = 1; }
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;
};

class Link final : public Resource {
 public:
  Link(Simulation& simulation, const LinkPlan& plan);

  // A round trip of `rtt`, then `work`: the time of the bytes with the link to themselves. REQUIRES: both >= 0.
  Progress transfer(Request& request, Duration rtt, Duration work);
  bool interrupt(Request& request) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  struct Wire : Member {
    Wire(std::int64_t capacity, JobClassId c) : Member(capacity), job_class(c) {}
    JobClassId job_class;
    std::int64_t moving = 0;  // transfers whose bytes move
  };

  void move(Request& request);
  void leave(Wire& wire);
  void end(Request& request);
  static void on_round_trip(void* link, std::uint64_t request);
  static void on_moved(void* link, std::uint64_t request);

  const LinkPlan& plan_;
  MemberArray<Wire> wires_;
};

}  // namespace loadstone
