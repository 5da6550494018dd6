#include "sim/engine/parallel.hpp"

#include "sim/engine/interpreter.hpp"
#include "sim/engine/simulation.hpp"

namespace loadstone {

void leave_parent(Request& branch) {
  Request& parent = *branch.parent;
  Request** link = &parent.first_branch;
  while (*link != &branch) {
    link = &(*link)->next_branch;
  }
  *link = branch.next_branch;
  --parent.branches;
  branch.parent = nullptr;
  branch.next_branch = nullptr;
}

void orphan(Request& branch) {
  leave_parent(branch);
  branch.ending = {};
  branch.orphan = true;
}

namespace {

// Lets the remaining branches go on without their parent, or ends them.
void let_go(Simulation& simulation, Request& parent, const ParallelPlan& plan) {
  while (parent.first_branch != nullptr) {
    Request& branch = *parent.first_branch;
    orphan(branch);
    if (plan.cancel_rest && stop_wait(simulation, branch)) {
      branch.error = plan.cancelled;
      branch.cancelled = true;
      simulation.wake(branch, Phase::release);
    }
  }
}

// The parent's frame: a = branches that must still end well.
void branch_ended(void* object, std::uint64_t, Request& branch) {
  Simulation& simulation = *static_cast<Simulation*>(object);
  Request& parent = *branch.parent;
  simulation.settle(branch);  // while the branch still counts
  leave_parent(branch);
  Frame& frame = parent.frames.back();
  const auto& plan = *static_cast<const ParallelPlan*>(frame.op->plan);
  const bool well = branch.error == kNoError;
  frame.a -= well ? 1 : 0;
  const bool decided = frame.a == 0 || static_cast<std::int64_t>(parent.branches) < frame.a;
  if (parent.cancelled ? parent.branches > 0 : !decided) {
    return;  // one that is abandoned keeps what its branches use until they have ended
  }
  if (!parent.cancelled) {
    parent.error = frame.a == 0 ? kNoError : branch.error;
  }
  let_go(simulation, parent, plan);
  simulation.wake(parent, Phase::release);
}

}  // namespace

Progress op_parallel(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const ParallelPlan*>(op.plan);
  simulation.settle(request);
  push_frame(request, op).a = plan.wait;
  Request** last = &request.first_branch;
  for (std::size_t i = 0; i < plan.entries.size(); ++i) {
    Request& branch =
        simulation.create(request.flow, request.key, &simulation.model().program[plan.entries[i]], request.attributes);
    branch.draws = request.draws;
    branch.number = request.number;
    branch.counted = false;
    branch.parent = &request;
    branch.branch_index = static_cast<std::uint32_t>(i);
    branch.ending = {&branch_ended, &simulation, 0};
    branch.next_branch = nullptr;
    *last = &branch;
    last = &branch.next_branch;
    simulation.wake(branch, Phase::release);
  }
  request.branches = static_cast<std::uint32_t>(plan.entries.size());
  return Progress::waits;
}

bool stop_wait(Simulation& simulation, Request& request) {
  if (request.wait.at != nullptr) {
    request.wait.at->leave_line(request);
    return true;
  }
  if (request.served_by != nullptr) {
    return request.served_by->interrupt(request);
  }
  if (request.wake.is_set()) {
    simulation.kernel().cancel(request.wake);
    request.wake = {};
    return true;
  }
  return false;
}

void replace_branch(Request& old, Request& fresh) {
  Request** link = &old.parent->first_branch;
  while (*link != &old) {
    link = &(*link)->next_branch;
  }
  *link = &fresh;
  fresh.next_branch = old.next_branch;
  fresh.branch_index = old.branch_index;
  fresh.parent = old.parent;
  old.parent = nullptr;
  old.next_branch = nullptr;
}

}  // namespace loadstone
