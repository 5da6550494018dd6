#include "sim/engine/deaths.hpp"

#include <algorithm>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/engine/parallel.hpp"
#include "sim/engine/simulation.hpp"

namespace loadstone {

namespace {

void lose(Simulation& simulation, Request& request, const Death& death, bool was_parallel) {
  request.error = death.error;
  if (&request != death.running && (was_parallel || stop_wait(simulation, request))) {
    simulation.wake(request, Phase::release);
  }
}

// The branches of who dies: nobody asks for them any more. Whether there were any.
bool give_up_branches(Simulation& simulation, Request& request, const Death& death) {
  const bool was_parallel = request.first_branch != nullptr;
  while (request.first_branch != nullptr) {
    Request& branch = *request.first_branch;
    leave_parent(branch);
    branch.ending = {};
    branch.orphan = true;
    branch.cancelled = true;
    lose(simulation, branch, death, give_up_branches(simulation, branch, death));
  }
  return was_parallel;
}

// All inside the hold that was taken under `depth` scopes dies.
void cut(Simulation& simulation, Request& request, std::uint32_t depth, const Death& death) {
  LOADSTONE_CHECK(depth > 0, "what dies was taken inside a scope");
  simulation.doing(request, request.doing, request.doing_on);  // settles the tree while its branches still count
  const bool was_parallel = give_up_branches(simulation, request, death);
  request.unwind_to = std::min(request.unwind_to, depth - 1);  // an outer one may have died just now
  lose(simulation, request, death, was_parallel);
}

// The outermost hold that dies; nullptr if there is none.
const Hold* dying_hold(const Death& death, const Request& request) {
  const auto hold = std::find_if(request.holds.begin(), request.holds.end(), death.is_unit);
  return hold == request.holds.end() ? nullptr : &*hold;
}

}  // namespace

void die(Simulation& simulation, const Death& death) {
  std::vector<Request*> holders;
  for (Request* r = simulation.first_in_flight(); r != nullptr; r = r->next_in_flight) {
    if (dying_hold(death, *r) != nullptr) {
      holders.push_back(r);
    }
  }
  std::for_each(holders.rbegin(), holders.rend(), [&](Request* r) {  // the list begins with the latest
    cut(simulation, *r, dying_hold(death, *r)->depth, death);
  });
}

}  // namespace loadstone
