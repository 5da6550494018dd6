// call, spawn, goto: run another flow and wait for it, run it and go on, or become it.
#include "sim/engine/scopes.hpp"
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Call {
  Reference flow;
};

const FieldTable& fields() {
  static const FieldTable table = FieldTable::of<Call>().field("flow", &Call::flow, "The flow.");
  return table;
}

void lower_call(const StepSpec& step, Lowerer& lowerer) {
  const std::uint32_t op = lowerer.emit({.execute = &op_call, .unwind = &unwind_call, .told = true}, "call");
  if (const auto flow = lowerer.builder().link_flow(op, step.as<Call>().flow, lowerer.service())) {
    lowerer.builder().model().program[op].plan = lowerer.builder().keep(CallPlan{*flow});
    lowerer.builder().note_call(lowerer.flow(), step.as<Call>().flow);
  }
}

// The spawned request draws as one of its own, told apart by where it was spawned.
Progress op_spawn(Simulation& simulation, Request& request, const Op& op) {
  const FlowId flow = static_cast<const CallPlan*>(op.plan)->flow;
  simulation.spawn(flow, combine(request.draws, op.site), &simulation.model().program[op.target], request);
  return Progress::next;
}

void lower_spawn(const StepSpec& step, Lowerer& lowerer) {
  const std::uint32_t op = lowerer.emit({.execute = &op_spawn}, "spawn");
  if (const auto flow = lowerer.builder().link_flow(op, step.as<Call>().flow, lowerer.service())) {
    lowerer.builder().model().program[op].plan = lowerer.builder().keep(CallPlan{*flow});
  }
}

// Another round in the same flow draws anew.
Progress op_goto(Simulation& simulation, Request& request, const Op& op) {
  request.draws = combine(request.draws, op.site);
  request.pc = &simulation.model().program[op.target];
  return Progress::next;
}

void lower_goto(const StepSpec& step, Lowerer& lowerer) {
  if (!lowerer.is_tail()) {
    lowerer.error("'goto' may only be the last thing that a flow does, outside hold, lock, parallel and modifiers");
    return;
  }
  if (lowerer.flow().timeout) {
    lowerer.error("'goto' cannot leave a flow that has a timeout");
    return;
  }
  if (lowerer.flow().service && lowerer.runner() != nullptr) {
    lowerer.runner()->lower_leave(lowerer);
  }
  const std::uint32_t op = lowerer.emit({.execute = &op_goto}, "goto");
  static_cast<void>(lowerer.builder().link_flow(op, step.as<Call>().flow, lowerer.service()));
}

}  // namespace

const StepKind& call_step() {
  static const StepKind kind{"call", "Runs another flow and waits for it.", fields, "flow", lower_call};
  return kind;
}

const StepKind& spawn_step() {
  static const StepKind kind{"spawn", "Starts another flow and goes on.", fields, "flow", lower_spawn};
  return kind;
}

const StepKind& goto_step() {
  static const StepKind kind{"goto", "Becomes another flow, in constant memory.", fields, "flow", lower_goto};
  return kind;
}

}  // namespace loadstone
