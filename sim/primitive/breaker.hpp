// sim/primitive/breaker.hpp
//
// A circuit breaker: watches how calls end and, once too many of the last ones have failed or were slow, lets none pass
// for a while; then a few, to see.
//
// States. closed: all pass; the results of the last `window` calls are kept, and from `minimum` of them on a rate at
// its
//         threshold opens it. open: none passes, until the first that comes after `wait`: it is the first of `probes`.
//         half open: so many pass and no more; when `minimum` or all of them have ended, their rates open or close it.
//         Closed, it knows nothing of before.
// Order.  The result of a call counts in the state in which the breaker is when it ends. An error that is ignored, and
//         a call that nobody waits for any more, count nowhere; a probe's place is given back.
// Levels. `in use` is 1 while it is not closed: utilisation is the share of that time. Refused are those who did not
//         pass.
// Not.    It holds nothing and serves nothing.
#pragma once

#include <vector>

#include "sim/engine/member_array.hpp"
#include "sim/engine/resource.hpp"

namespace loadstone {

struct BreakerRules {
  double failure_percent = 50;
  double slow_percent = 100;
  Duration slow_after;
  std::int64_t window = 100;
  std::int64_t minimum = 100;
  Duration wait;
  std::int64_t probes = 10;
};

struct BreakerPlan : ResourcePlan {
  BreakerPlan() {
    capacity = 1;
    in_bound = false;
    judged = false;  // that it opens is what something behind it has done
  }
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  BreakerRules rules;
  std::vector<ErrorId> ignored;
  std::uint32_t opened = 0;  // mark
};

class Breaker final : public Resource {
 public:
  Breaker(Simulation& simulation, const BreakerPlan& plan);

  // The member that lets the request pass; nullptr if it does not.
  [[nodiscard]] Member* permit(const Request& request);
  // A call that passed has ended, with `error` if it is one.
  void record(Member& member, SimTime began, ErrorId error);
  // A call that passed has ended in a way that says nothing.
  void withdraw(Member& member);

  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  enum class State : std::uint8_t { closed, open, half_open };
  struct Result {
    bool failed = false;
    bool slow = false;
  };
  struct Circuit : Member {
    using Member::Member;
    State state = State::closed;
    SimTime opened_at;
    std::int64_t probes_left = 0;
    std::vector<Result> last;  // a ring, of the present state
    std::size_t next = 0;
    std::int64_t failed = 0;  // among `last`
    std::int64_t slow = 0;
  };

  void enter(Circuit& circuit, State state);
  void remember(Circuit& circuit, Result result, std::size_t window);
  [[nodiscard]] bool is_over(const Circuit& circuit) const;

  const BreakerPlan& plan_;
  bool unlimited_;
  MemberArray<Circuit> members_;
};

}  // namespace loadstone
