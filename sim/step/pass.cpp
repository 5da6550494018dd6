// pass: asks a rate limiter for tokens.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Pass {
  Reference limiter;
  CountLaw cost;
};

const FieldTable& fields() {
  static const FieldTable table = FieldTable::of<Pass>()
                                      .field("limiter", &Pass::limiter, "The rate limiter.")
                                      .field("cost", &Pass::cost, "Tokens that this takes.", {.default_text = "1"});
  return table;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& pass = step.as<Pass>();
  if (auto* passable = lowerer.builder().resource_that_can<Passable>(pass.limiter, "be passed")) {
    passable->lower_pass(lowerer, pass.cost);
  }
}

}  // namespace

const StepKind& pass_step() {
  static const StepKind kind{"pass", "Passes a rate limiter, at once or after a wait, or fails.", fields, "limiter",
                             lower};
  return kind;
}

}  // namespace loadstone
