// mark and fail: count something, or end with an error.
#include "sim/engine/scopes.hpp"
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Named {
  std::string name;
};

const FieldTable& mark_fields() {
  static const FieldTable table = FieldTable::of<Named>().field("counter", &Named::name, "The counter's name.");
  return table;
}

const FieldTable& fail_fields() {
  static const FieldTable table = FieldTable::of<Named>().field("error", &Named::name, "The error's name.");
  return table;
}

void lower_mark(const StepSpec& step, Lowerer& lowerer) {
  lowerer.emit({.execute = &op_mark, .target = lowerer.builder().mark(step.as<Named>().name)});
}

void lower_fail(const StepSpec& step, Lowerer& lowerer) {
  const FailPlan plan{lowerer.builder().error(step.as<Named>().name)};
  lowerer.emit({.execute = &op_fail, .plan = lowerer.builder().keep(plan)});
}

}  // namespace

const StepKind& mark_step() {
  static const StepKind kind{"mark", "Counts that a request came here.", mark_fields, "counter", lower_mark};
  return kind;
}

const StepKind& fail_step() {
  static const StepKind kind{"fail", "Fails with an error.", fail_fields, "error", lower_fail};
  return kind;
}

}  // namespace loadstone
