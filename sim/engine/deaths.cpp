#include "sim/engine/deaths.hpp"

#include <algorithm>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/engine/parallel.hpp"
#include "sim/engine/simulation.hpp"

namespace loadstone {

namespace {

// Ends what the request waits for or is served with, also what a cancel would not stop.
bool stop(Simulation& simulation, Request& request) {
  return request.served_by != nullptr ? request.served_by->evict(request) : stop_wait(simulation, request);
}

void lose(Simulation& simulation, Request& request, const Death& death, bool was_parallel) {
  request.error = death.error;
  if (&request != death.running && (was_parallel || stop(simulation, request))) {
    simulation.wake(request, Phase::release);
  }
}

// The branches of who dies: nobody asks for them any more. Whether there were any.
bool give_up_branches(Simulation& simulation, Request& request, const Death& death) {
  const bool was_parallel = request.first_branch != nullptr;
  while (request.first_branch != nullptr) {
    Request& branch = *request.first_branch;
    orphan(branch);
    branch.cancelled = true;
    lose(simulation, branch, death, give_up_branches(simulation, branch, death));
  }
  return was_parallel;
}

// The scopes inside the hold that was taken under `depth` of them are not asked; an outer one may have died just now.
void leave_scopes(Request& request, std::uint32_t depth) {
  if (depth == 0) {
    request.unwind_to = Request::kAllScopes;
  } else if (request.unwind_to != Request::kAllScopes) {
    request.unwind_to = std::min(request.unwind_to, depth - 1);
  }
}

// The outermost hold that dies; nullptr if there is none.
const Hold* dying_hold(const Death& death, const Request& request) {
  const auto hold = std::find_if(request.holds.begin(), request.holds.end(), death.is_unit);
  return hold == request.holds.end() ? nullptr : &*hold;
}

void hit(Simulation& simulation, Request& request, const Death& death) {
  bool was_parallel = false;
  if (const Hold* hold = dying_hold(death, request); hold != nullptr) {
    simulation.settle(request);  // while its branches still count
    was_parallel = give_up_branches(simulation, request, death);
    leave_scopes(request, hold->depth);
  }
  lose(simulation, request, death, was_parallel);
}

}  // namespace

void die(Simulation& simulation, const Death& death) {
  std::vector<Request*> in_line;
  std::vector<Request*> served;
  std::vector<Request*> holders;
  for (Request* r = simulation.first_in_flight(); r != nullptr; r = r->next_in_flight) {
    if (death.is_inside && death.is_inside(*r)) {
      (r->wait.at != nullptr ? in_line : served).push_back(r);
    } else if (dying_hold(death, *r) != nullptr) {
      holders.push_back(r);
    }
  }
  for (const std::vector<Request*>& group : {in_line, served, holders}) {  // the list begins with the latest
    std::for_each(group.rbegin(), group.rend(), [&](Request* r) { hit(simulation, *r, death); });
  }
}

}  // namespace loadstone
