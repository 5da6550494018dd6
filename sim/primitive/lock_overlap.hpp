// sim/primitive/lock_overlap.hpp
//
// The times during which two or more were inside one lock: a row beside the lock's own.
//
// Levels. `in use` are keys with an overlap; its holds are the overlaps, its throughput their number.
#pragma once

#include "sim/engine/resource.hpp"

namespace loadstone {

struct LockOverlapPlan : ResourcePlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;
};

class LockOverlap final : public Resource {
 public:
  LockOverlap(Simulation& simulation, const LockOverlapPlan& plan);
  void begin();
  void end(SimTime since);
  void for_each_member(const std::function<void(const Member&)>& visit) const override { visit(all_); }

 private:
  Member all_;
};

}  // namespace loadstone
