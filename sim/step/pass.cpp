// pass: asks a rate limiter for tokens, or a circuit breaker whether it is closed.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Pass {
  Reference limiter;
  std::optional<CountLaw> cost;
  std::optional<std::vector<StepSpec>> steps;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<Pass>()
          .field("limiter", &Pass::limiter, "The rate limiter or the circuit breaker.")
          .field("cost", &Pass::cost, "Tokens that this takes of a rate limiter. Absent: 1.")
          .field("do", &Pass::steps, "What a circuit breaker watches, and keeps from being run while it is open.",
                 {.beside = true});
  return table;
}

CountLaw one() {
  CountLaw law;
  law.distribution = Distribution::constant(1);
  return law;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& pass = step.as<Pass>();
  BuiltResource* built = lowerer.builder().resource(pass.limiter);
  if (built == nullptr) {
    return;
  }
  if (auto* guard = dynamic_cast<Guard*>(built)) {
    if (!pass.steps) {
      lowerer.error("'" + pass.limiter.name + "' is a circuit_breaker: it needs to know how the calls end",
                    {"put what it watches under 'do', beside 'pass'"});
      return;
    }
    if (pass.cost) {
      lowerer.error("'" + pass.limiter.name + "' is a circuit_breaker: a pass of it has no 'cost'");
    }
    guard->lower_guard(lowerer);
    lowerer.lower_steps(*pass.steps);
    guard->lower_guard_end(lowerer);
    return;
  }
  if (auto* passable = lowerer.builder().resource_that_can<Passable>(pass.limiter, "be passed")) {
    if (pass.steps) {
      lowerer.error("'do' is for a circuit_breaker, which '" + pass.limiter.name + "' is not");
    }
    passable->lower_pass(lowerer, pass.cost.value_or(one()));
  }
}

}  // namespace

const StepKind& pass_step() {
  static const StepKind kind{"pass", "Passes a rate limiter or a circuit breaker, or fails.", fields, "limiter", lower};
  return kind;
}

}  // namespace loadstone
