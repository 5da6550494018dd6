#include "sim/engine/interpreter.hpp"

#include "sim/base/check.hpp"
#include "sim/engine/simulation.hpp"

namespace loadstone {

Frame& push_frame(Request& request, const Op& op) {
  request.frames.push_back({.op = &op, .timer = {}, .a = 0, .b = 0, .saved_draws = request.draws});
  return request.frames.back();
}

Frame pop_frame(Simulation& simulation, Request& request) {
  const Frame frame = request.frames.back();
  request.frames.pop_back();
  if (frame.timer.is_set()) {
    simulation.kernel().cancel(frame.timer);
  }
  request.draws = frame.saved_draws;
  return frame;
}

bool passes_by(const Request& request) {
  const std::size_t depth = request.frames.size();
  return request.cancelled || static_cast<std::int64_t>(depth) < request.served_depth ||
         request.unwind_to == Request::kAllScopes ||
         (request.unwind_to != Request::kNoDepth && depth > request.unwind_to);
}

namespace {

// True if a scope dealt with the error and the request goes on.
[[gnu::noinline]] bool unwind(Simulation& simulation, Request& request) {
  while (!request.frames.empty()) {
    const Frame frame = pop_frame(simulation, request);
    const std::size_t depth = request.frames.size();
    simulation.release_deeper(request, depth);
    if (passes_by(request)) {
      if (frame.op->told || frame.op->serves) {  // who comes out of a process is in the one before
        frame.op->unwind(simulation, request, *frame.op, frame);
      }
      continue;
    }
    request.unwind_to = Request::kNoDepth;
    if (frame.op->unwind != nullptr && frame.op->unwind(simulation, request, *frame.op, frame)) {
      return true;
    }
  }
  simulation.release_deeper(request, 0);
  while (!request.holds.empty()) {
    simulation.release_hold(request, request.holds.size() - 1);
  }
  return false;
}

}  // namespace

[[gnu::noinline]] void advance(Simulation& simulation, Request& request) {
  std::uint64_t ops = 0;
  for (;;) {
    if (request.error != kNoError && !unwind(simulation, request)) {
      simulation.finish(request);
      return;
    }
    const Op& op = *request.pc++;
    if (op.execute(simulation, request, op) != Progress::next) {
      return;
    }
    if (++ops > simulation.model().limits.max_ops_at_once) {
      throw RunawayError("flow '" + simulation.model().flows[request.flow].name +
                         "' goes round without letting time pass (more than " +
                         std::to_string(simulation.model().limits.max_ops_at_once) + " steps at one instant)");
    }
  }
}

}  // namespace loadstone
