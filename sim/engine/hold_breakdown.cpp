// What requests do while they hold something, told to the meters of what they hold: Simulation's part of it.
#include "sim/engine/simulation.hpp"

namespace loadstone {

namespace {

// Gives `ns` of a hold's time to what the request does, or in equal parts to what its branches do; the nanoseconds
// that do not divide go to the first branch, so that rows sum to the hold.
void allot(Breakdown& breakdown, const Request& request, std::int64_t ns) {
  if (request.first_branch == nullptr) {
    breakdown.add(request.doing_on, request.doing, ns);
    return;
  }
  const std::int64_t each = ns / request.branches;
  std::int64_t first = ns - each * (request.branches - 1);
  for (const Request* branch = request.first_branch; branch != nullptr; branch = branch->next_branch) {
    allot(breakdown, *branch, first);
    first = each;
  }
}

void settle_down(std::vector<Meter>& meters, Request& request, SimTime now) {
  const std::int64_t ns = (now - request.doing_since).ns;
  if (ns > 0) {
    for (const Hold& hold : request.holds) {
      allot(meters[hold.row].breakdown, request, ns * hold.amount);
    }
  }
  for (Request* branch = request.first_branch; branch != nullptr; branch = branch->next_branch) {
    settle_down(meters, *branch, now);
  }
  request.doing_since = now;
}

}  // namespace

// All of a request's tree is settled together, so that every member of it has been doing one thing since.
void Simulation::settle_tree(Request& request) {
  Request* root = &request;
  while (root->parent != nullptr) {
    root = root->parent;
  }
  settle_down(meters_, *root, now());
}

void Simulation::tell_holds(Request& request) {
  for (Did& did : request.did) {
    if (did.ns > 0) {
      for (const Hold& hold : request.holds) {
        meters_[hold.row].breakdown.add(did.on, did.doing, did.ns * hold.amount);
      }
    }
    did.ns = 0;
  }
}

// A request goes to and fro between few things while it holds the same, so its holds are told once for all.
void Simulation::note_doing(Request& request) {
  if (is_in_tree(request)) {
    settle_tree(request);
    return;
  }
  const std::int64_t ns = (now() - request.doing_since).ns;
  if (ns == 0) {
    return;
  }
  for (Did& did : request.did) {
    if (did.ns == 0 || (did.on == request.doing_on && did.doing == request.doing)) {
      did = {request.doing_on, request.doing, did.ns + ns};
      return;
    }
  }
  tell_holds(request);
  request.did[0] = {request.doing_on, request.doing, ns};
}

void Simulation::settle_all() {
  for (Request* request = first_; request != nullptr; request = request->next_in_flight) {
    settle(*request);
  }
}

}  // namespace loadstone
