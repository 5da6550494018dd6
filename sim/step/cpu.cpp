// cpu: computes in the flow's service.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Cpu {
  TimeLaw time;
};

const FieldTable& fields() {
  static const FieldTable table = FieldTable::of<Cpu>().field("time", &Cpu::time, "CPU time, as on a core of its own.");
  return table;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  if (lowerer.runner() == nullptr) {
    lowerer.error("'cpu' needs a service to run in", {"give the flow a 'service:'"});
    return;
  }
  lowerer.runner()->lower_cpu(lowerer, step.as<Cpu>().time);
}

}  // namespace

const StepKind& cpu_step() {
  static const StepKind kind{"cpu", "Computes in the flow's service.", fields, "time", lower};
  return kind;
}

}  // namespace loadstone
