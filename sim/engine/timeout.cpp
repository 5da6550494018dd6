// Timeouts, and what becomes of work whose client has gone (see scopes.hpp).
#include "sim/base/check.hpp"
#include "sim/engine/interpreter.hpp"
#include "sim/engine/parallel.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/engine/simulation.hpp"

namespace loadstone {

namespace {

void on_timeout(void* who, std::uint64_t depth);

void arm(Simulation& simulation, Request& request, std::size_t depth) {
  Frame& frame = request.frames[depth];
  frame.timer = simulation.kernel().schedule(SimTime{frame.b}, Phase::expire, {&on_timeout, &request, depth});
}

// A timer names its request and its scope by depth; both have changed.
void rearm(Simulation& simulation, Request& request) {
  for (std::size_t depth = 0; depth < request.frames.size(); ++depth) {
    if (request.frames[depth].timer.is_set()) {
      simulation.kernel().cancel(request.frames[depth].timer);
      arm(simulation, request, depth);
    }
  }
}

// The scope of an orphan: what it ends at.
const Op kOrphanScope{};

bool is_behind_call(const Request& request, std::size_t depth) {
  for (std::size_t i = depth + 1; i < request.frames.size(); ++i) {
    if (called_flow(*request.frames[i].op)) {
      return true;
    }
  }
  return false;
}

// The client of the scope at `depth` goes on without what runs inside it.
void split(Simulation& simulation, Request& inside, std::size_t depth) {
  simulation.doing(inside, inside.doing, inside.doing_on);  // settles what both did so far
  Request& client = simulation.create(inside.flow, inside.key, nullptr, inside.attributes);
  client.arrived = inside.arrived;
  client.sampled = inside.sampled;
  client.counted = inside.counted;
  client.orphan = inside.orphan;
  client.number = inside.number;
  client.ending = inside.ending;
  client.draws = inside.draws;
  client.error = static_cast<const TimeoutPlan*>(inside.frames[depth].op->plan)->error;
  if (inside.parent != nullptr) {
    replace_branch(inside, client);
  }
  const auto scope = inside.frames.begin() + static_cast<std::ptrdiff_t>(depth);
  client.frames.assign(inside.frames.begin(), scope + 1);
  inside.frames.erase(inside.frames.begin(), scope);
  inside.frames.front() = {.op = &kOrphanScope, .timer = {}, .a = 0, .b = 0, .saved_draws = inside.draws};
  rearm(simulation, client);
  rearm(simulation, inside);
  std::vector<Hold> kept;
  for (Hold hold : inside.holds) {
    if (hold.depth <= depth) {
      client.holds.push_back(hold);
    } else {
      hold.depth -= static_cast<std::uint32_t>(depth);
      kept.push_back(hold);
    }
  }
  inside.holds = std::move(kept);
  inside.counted = false;
  inside.orphan = true;
  inside.ending = {};
  client.process.resume();
}

void on_timeout(void* who, std::uint64_t depth) {
  Request& request = *static_cast<Request*>(who);
  Simulation& simulation = *request.simulation;
  request.frames[depth].timer = {};
  const auto& plan = *static_cast<const TimeoutPlan*>(request.frames[depth].op->plan);
  const bool own_pause = request.wait.at != nullptr ||
                         (request.served_by == nullptr && request.wake.is_set() && request.doing == Doing::own);
  const bool reaches = plan.propagates || (own_pause && !plan.remote && !is_behind_call(request, depth));
  if (!reaches || !stop_wait(simulation, request)) {
    split(simulation, request, depth);
    return;
  }
  request.error = plan.error;
  request.unwind_to = static_cast<std::uint32_t>(depth);
  simulation.resume(request);
}

}  // namespace

Progress op_timeout_begin(Simulation& simulation, Request& request, const Op& op) {
  Frame& frame = push_frame(request, op);
  frame.b = (simulation.now() + static_cast<const TimeoutPlan*>(op.plan)->after).ns;
  arm(simulation, request, request.frames.size() - 1);
  return Progress::next;
}

Progress op_scope_end(Simulation& simulation, Request& request, const Op&) {
  const Frame frame = pop_frame(simulation, request);
  if (frame.op == &kOrphanScope) {
    while (!request.holds.empty()) {
      simulation.release_hold(request, request.holds.size() - 1);
    }
    simulation.finish(request);
    return Progress::done;
  }
  return Progress::next;
}

}  // namespace loadstone
