// delay: lets time pass without using anything.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Delay {
  TimeLaw time;
};

const FieldTable& fields() {
  static const FieldTable table = FieldTable::of<Delay>().field("time", &Delay::time, "How long.");
  return table;
}

Progress op_delay(Simulation& simulation, Request& request, const Op& op) {
  const Duration time = static_cast<const Drawn*>(op.plan)->duration(simulation, request, op.site);
  simulation.wake_at(request, simulation.now() + time, Phase::wake);
  return Progress::waits;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const Drawn time = lowerer.drawn(step.as<Delay>().time);
  lowerer.emit({.execute = &op_delay, .plan = lowerer.builder().keep(time)}, "delay");
}

}  // namespace

const StepKind& delay_step() {
  static const StepKind kind{"delay", "Lets time pass without using anything.", fields, "time", lower};
  return kind;
}

}  // namespace loadstone
