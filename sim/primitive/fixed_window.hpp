// sim/primitive/fixed_window.hpp
//
// Counters that begin anew at whole multiples of their window: so many requests pass in each second, minute or hour of
// the clock, and twice as many round its edge.
//
// Order.  A request at the very edge counts in the window that begins. All windows are asked; if one is used up the
//         request is refused and counts in none.
// Levels. As of a bucket: each request that passes uses the time in which the slowest window gives as many, one after
//         the other, so that utilisation is consumption over rate.
// Not.    Nothing is held, and nobody waits.
#pragma once

#include <vector>

#include "sim/engine/member_array.hpp"
#include "sim/engine/resource.hpp"

namespace loadstone {

struct FixedWindowPlan : ResourcePlan {
  FixedWindowPlan() {
    capacity = 1;
    refills = true;
  }
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  struct Window {
    Duration length;
    std::int64_t limit = 1;
  };
  std::vector<Window> windows;
};

class FixedWindow final : public Resource {
 public:
  FixedWindow(Simulation& simulation, const FixedWindowPlan& plan);

  // Counts `cost`, or sets request.error. REQUIRES: cost >= 0.
  Progress pass(Request& request, std::int64_t cost);
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  struct Count {
    std::int64_t window = -1;  // since the start
    std::int64_t passed = 0;
  };
  struct Counter : Member {
    using Member::Member;
    std::vector<Count> counts;
    SimTime used_until;
  };

  void settle(Counter& counter) const;
  [[nodiscard]] bool has_room(Counter& counter, std::int64_t cost) const;
  void use(Counter& counter, std::int64_t cost) const;

  const FixedWindowPlan& plan_;
  bool unlimited_;
  MemberArray<Counter> members_;
};

}  // namespace loadstone
