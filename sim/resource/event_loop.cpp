#include "sim/resource/event_loop.hpp"

#include "sim/engine/interpreter.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/primitive/slots.hpp"

namespace loadstone {

namespace {

struct LoopPlan {
  ResourceIndex loop = 0;
};

ResourceIndex loop_of(const Op& op) {
  return static_cast<const LoopPlan*>(op.plan)->loop;
}

// Whether the request, or one that it is a branch of, holds the loop since it came into the service.
bool is_blocking(const Request& request, ResourceIndex loop) {
  for (const Request* r = &request; r != nullptr; r = r->parent) {
    std::uint32_t entered = 0;  // scopes open after the entry; 0: came in with the parent
    for (std::uint32_t i = static_cast<std::uint32_t>(r->frames.size()); i > 0 && entered == 0; --i) {
      entered = r->frames[i - 1].op->serves ? i : 0;
    }
    const std::ptrdiff_t hold = Simulation::find_hold(*r, loop);
    if (hold >= 0 && r->holds[static_cast<std::size_t>(hold)].depth >= entered) {
      return true;
    }
    if (entered > 0) {
      return false;
    }
  }
  return false;
}

Progress op_take(Simulation& simulation, Request& request, const Op& op) {
  if ((!request.holds.empty() || request.parent != nullptr) && is_blocking(request, loop_of(op))) {
    request.pc = &simulation.model().program[op.target];
    return Progress::next;
  }
  return simulation.resource<Slots>(loop_of(op)).acquire(request, 1);
}

Progress op_give(Simulation& simulation, Request& request, const Op& op) {
  simulation.release_last(request, loop_of(op));
  request.pc = &simulation.model().program[op.target];
  return Progress::next;
}

Progress op_block(Simulation& simulation, Request& request, const Op& op) {
  const bool takes = !is_blocking(request, loop_of(op));
  push_frame(request, op).a = takes ? 1 : 0;
  return takes ? simulation.resource<Slots>(loop_of(op)).acquire(request, 1) : Progress::next;
}

Progress op_unblock(Simulation& simulation, Request& request, const Op&) {
  const Frame frame = pop_frame(simulation, request);
  if (frame.a != 0) {
    simulation.release_last(request, loop_of(*frame.op));
  }
  keep_holds(request);
  return Progress::next;
}

const LoopPlan* plan_of(Lowerer& lowerer, ResourceIndex loop) {
  return lowerer.builder().keep(LoopPlan{loop});
}

}  // namespace

namespace detail {

std::uint32_t emit_take_loop(Lowerer& lowerer, ResourceIndex loop) {
  return lowerer.emit({.execute = &op_take, .plan = plan_of(lowerer, loop)});
}

std::uint32_t emit_give_loop(Lowerer& lowerer, ResourceIndex loop) {
  return lowerer.emit({.execute = &op_give, .plan = plan_of(lowerer, loop)});
}

}  // namespace detail

void emit_block(Lowerer& lowerer, ResourceIndex loop) {
  lowerer.emit({.execute = &op_block, .plan = plan_of(lowerer, loop)});
}

void emit_unblock(Lowerer& lowerer) {
  lowerer.emit({.execute = &op_unblock});
}

}  // namespace loadstone
