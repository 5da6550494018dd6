#include "sim/engine/interrupt.hpp"

#include <algorithm>

#include "sim/engine/parallel.hpp"
#include "sim/engine/simulation.hpp"

namespace loadstone {

namespace {

// True if the request goes on at once, to unwind; false if it does so when what it is in the middle of has ended.
bool mark_for_unwinding(Simulation& simulation, Request& request, ErrorId error) {
  const bool was_parallel = request.first_branch != nullptr;
  while (request.first_branch != nullptr) {
    Request& branch = *request.first_branch;
    orphan(branch);
    if (mark_for_unwinding(simulation, branch, error)) {
      simulation.wake(branch, Phase::release);
    }
  }
  const bool stopped = was_parallel || stop_wait(simulation, request);
  request.error = error;
  request.cancelled = true;
  return stopped;
}

}  // namespace

void interrupt(Simulation& simulation, Request& request, ErrorId error) {
  simulation.settle(request);  // while its branches still count
  if (mark_for_unwinding(simulation, request, error)) {
    simulation.resume(request);
  } else {
    simulation.abandon(request);
  }
}

std::vector<Request*> requests_of(const Simulation& simulation, const void* owner) {
  std::vector<Request*> found;
  for (Request* r = simulation.first_in_flight(); r != nullptr; r = r->next_in_flight) {
    if (r->ending.object == owner) {
      found.push_back(r);
    }
  }
  std::reverse(found.begin(), found.end());
  return found;
}

void interrupt_all(Simulation& simulation, const void* owner, ErrorId error) {
  for (Request* request : requests_of(simulation, owner)) {
    interrupt(simulation, *request, error);
  }
}

}  // namespace loadstone
