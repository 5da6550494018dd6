// do: a group of steps, to put a modifier round it.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Group {
  std::vector<StepSpec> steps;
};

const FieldTable& fields() {
  static const FieldTable table = FieldTable::of<Group>().field("steps", &Group::steps, "The steps.");
  return table;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  lowerer.lower_steps(step.as<Group>().steps);
}

}  // namespace

const StepKind& do_step() {
  static const StepKind kind{"do", "A group of steps, to put a modifier round it.", fields, "steps", lower};
  return kind;
}

}  // namespace loadstone
