// call, spawn, goto: run another flow and wait for it, run it and go on, or become it.
#include "sim/engine/scopes.hpp"
#include "sim/step/over_links.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Target {
  Reference flow;
};

const FieldTable& target_fields() {
  static const FieldTable table = FieldTable::of<Target>().field("flow", &Target::flow, "The flow.");
  return table;
}

struct Call {
  Target target;
  OverLinks links;
  std::optional<SizeLaw> bytes;
};

const FieldTable& call_fields() {
  static const FieldTable table = [] {
    FieldTable t = FieldTable::of<Call>();
    t.embed(&Call::target, target_fields());
    t.embed(&Call::links, OverLinks::fields());
    t.field("bytes", &Call::bytes,
            "What is sent along: it moves over the link or the route before the flow runs; absent: one round trip.");
    return t;
  }();
  return table;
}

void lower_payload(const Call& call, Lowerer& lowerer) {
  if (call.links.is_given()) {
    lower_over_links(call.links, "call", call.bytes.value_or(SizeLaw{}), lowerer);
  } else if (call.bytes) {
    lowerer.error("'bytes' of a call need a 'link' or a 'route' that they move over");
  }
}

void lower_call(const StepSpec& step, Lowerer& lowerer) {
  lower_payload(step.as<Call>(), lowerer);
  const Reference& callee = step.as<Call>().target.flow;
  const std::uint32_t op = lowerer.emit({.execute = &op_call, .unwind = &unwind_call, .told = true}, "call");
  if (const auto flow = lowerer.builder().link_flow(op, callee, lowerer.service())) {
    lowerer.builder().model().program[op].plan = lowerer.builder().keep(CallPlan{*flow});
    lowerer.builder().note_call(lowerer.flow(), callee);
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
  if (const auto flow = lowerer.builder().link_flow(op, step.as<Target>().flow, lowerer.service())) {
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
  static_cast<void>(lowerer.builder().link_flow(op, step.as<Target>().flow, lowerer.service()));
}

}  // namespace

const StepKind& call_step() {
  static const StepKind kind{"call", "Runs another flow and waits for it.", call_fields, "flow", lower_call};
  return kind;
}

const StepKind& spawn_step() {
  static const StepKind kind{"spawn", "Starts another flow and goes on.", target_fields, "flow", lower_spawn};
  return kind;
}

const StepKind& goto_step() {
  static const StepKind kind{"goto", "Becomes another flow, in constant memory.", target_fields, "flow", lower_goto};
  return kind;
}

}  // namespace loadstone
