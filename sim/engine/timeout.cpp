// Timeouts, and what becomes of work whose client has gone (see scopes.hpp).
#include <algorithm>

#include "sim/base/check.hpp"
#include "sim/engine/interpreter.hpp"
#include "sim/engine/parallel.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/engine/server_line.hpp"
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

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// The outermost scope inside the one at `depth` in which a server works for the request.
std::size_t serving_scope(const Request& request, std::size_t depth) {
  for (std::size_t i = depth + 1; i < request.frames.size(); ++i) {
    if (request.frames[i].op->serves) {
      return i;
    }
  }
  return kNone;
}

// Whether the operation under way is part of a longer piece of work of a server.
bool is_served(const Simulation& simulation, const Request& request) {
  const Model& model = simulation.model();
  const auto at = static_cast<std::uint32_t>(request.pc - model.program.data()) - 1;
  const auto next = std::upper_bound(model.served.begin(), model.served.end(), std::pair{at, UINT32_MAX});
  return next != model.served.begin() && at <= std::prev(next)->second;
}

bool is_server_line(const Resource* resource) {
  return dynamic_cast<const ServerLine*>(resource) != nullptr;
}

// Of the client's own: a line, a pause.
bool is_own_wait(const Request& request) {
  return (request.wait.at != nullptr && !is_server_line(request.wait.at)) ||
         (request.wait.at == nullptr && request.served_by == nullptr && request.wake.is_set() &&
          request.doing != Doing::served);
}

// A client that has gone sends no cancel and waits for no deadline; a server's own limits stay.
void drop_timers(Simulation& simulation, Request& request) {
  for (Frame& frame : request.frames) {
    if (frame.timer.is_set() && !static_cast<const TimeoutPlan*>(frame.op->plan)->servers) {
      simulation.kernel().cancel(frame.timer);
      frame.timer = {};
    }
  }
}

// The request's client, outside the scopes from `depth` on, has gone: what servers have begun is done to its end and
// nothing else (see scopes.hpp). REQUIRES: the tree's times are settled.
void abandon(Simulation& simulation, Request& request, std::size_t depth, const TimeoutPlan& plan) {
  request.gone_with = plan.error;
  request.served_depth = -1;
  const std::size_t serving = serving_scope(request, depth);
  if (serving != kNone && !plan.propagates) {
    for (std::size_t i = serving; i != depth && request.served_depth < 0; --i) {
      request.served_depth = called_flow(*request.frames[i].op) ? static_cast<std::int32_t>(i) : -1;
    }
    return;
  }
  drop_timers(simulation, request);
  if (request.first_branch == nullptr && is_served(simulation, request) && !plan.propagates) {
    request.served_depth = static_cast<std::int32_t>(request.frames.size());
    return;
  }
  request.error = plan.error;
  request.cancelled = true;
  for (Request* branch = request.first_branch; branch != nullptr; branch = branch->next_branch) {
    const bool stops = plan.propagates || (is_own_wait(*branch) && serving_scope(*branch, kNone) == kNone);
    const bool stopped = stops && stop_wait(simulation, *branch);
    abandon(simulation, *branch, kNone, plan);
    if (stopped) {
      branch->error = plan.error;
      branch->cancelled = true;
      simulation.wake(*branch, Phase::release);
    }
  }
}

// The client of the scope at `depth` goes on without what runs inside it.
void split(Simulation& simulation, Request& inside, std::size_t depth) {
  simulation.settle(inside);
  Request& client = simulation.create(inside.flow, inside.key, nullptr, inside.attributes);
  client.arrived = inside.arrived;
  client.sampled = inside.sampled;
  client.counted = inside.counted;
  client.orphan = inside.orphan;
  client.number = inside.number;
  client.ending = inside.ending;
  client.draws = inside.draws;
  const TimeoutPlan& plan = *static_cast<const TimeoutPlan*>(inside.frames[depth].op->plan);
  client.error = plan.error;
  client.cancelled = inside.cancelled;
  client.served_depth = inside.served_depth;
  client.gone_with = inside.gone_with;
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
  if (!plan.remote) {
    abandon(simulation, inside, 0, plan);
  } else if (inside.served_depth >= 0) {
    inside.served_depth = std::max(-1, inside.served_depth - static_cast<std::int32_t>(depth));
  }
  advance(simulation, client);
}

void on_timeout(void* who, std::uint64_t depth) {
  Request& request = *static_cast<Request*>(who);
  Simulation& simulation = *request.simulation;
  request.frames[depth].timer = {};
  const auto& plan = *static_cast<const TimeoutPlan*>(request.frames[depth].op->plan);
  const bool reaches =
      plan.propagates || (is_own_wait(request) && !plan.remote && serving_scope(request, depth) == kNone);
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
  const auto& plan = *static_cast<const TimeoutPlan*>(op.plan);
  Frame& frame = push_frame(request, op);
  frame.b = ((plan.since_came ? request.wait.since : simulation.now()) + plan.after).ns;
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
  keep_holds(request);
  return Progress::next;
}

void keep_holds(Request& request) {
  const auto depth = static_cast<std::uint32_t>(request.frames.size());
  for (auto hold = request.holds.rbegin(); hold != request.holds.rend() && hold->depth > depth; ++hold) {
    hold->depth = depth;
  }
}

Progress op_served(Simulation&, Request& request, const Op&) {
  if (static_cast<std::int64_t>(request.frames.size()) <= request.served_depth) {
    request.error = request.gone_with;
    request.cancelled = true;
  }
  return Progress::next;
}

}  // namespace loadstone
