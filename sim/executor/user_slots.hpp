// sim/executor/user_slots.hpp
//
// The virtual users of an arrival-rate scenario as a resource: `vus:NAME`, with maxVUs units and no line. A request
// holds one from its arrival to its end; one that finds none is dropped, and counts as refused.
#pragma once

#include "sim/engine/resource.hpp"

namespace loadstone {

struct UserSlotsPlan : ResourcePlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;
};

class UserSlots final : public Resource {
 public:
  UserSlots(Simulation& simulation, const UserSlotsPlan& plan);

  // Takes a user for an arrival; false: all are busy.
  bool take();
  // Gives one back that was taken at `since`.
  void give_back(SimTime since);

  void for_each_member(const std::function<void(const Member&)>& visit) const override { visit(users_); }
  // Requests do not carry it as a hold: it is the source's.
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  Member users_;
};

}  // namespace loadstone
