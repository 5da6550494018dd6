// repeat: runs steps a number of times, for each member of a population, or while a condition holds.
#include "sim/engine/interpreter.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/model/conditions.hpp"
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Repeat {
  std::optional<CountLaw> times;
  std::optional<std::string> over;
  std::optional<Condition> condition;
  std::optional<std::string> as;
  std::vector<StepSpec> steps;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<Repeat>()
          .field("times", &Repeat::times, "How often: a number or a law.")
          .field("over", &Repeat::over, "Once for each member of this population.")
          .field("while", &Repeat::condition, "As long as this holds.")
          .field("as", &Repeat::as, "The attribute that counts the rounds, or names the member.")
          .field("do", &Repeat::steps, "What is repeated.", {.beside = true});
  return table;
}

struct RepeatPlan {
  Drawn times;
  const CompiledCondition* condition = nullptr;
  std::int32_t counter = -1;  // attribute slot
  std::uint32_t end = 0;
};

// Goes into the next round or behind the loop. The frame counts: a rounds begun, b rounds wanted.
Progress next_round(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const RepeatPlan*>(op.plan);
  Frame& frame = request.frames.back();
  const bool again = plan.condition != nullptr ? plan.condition->holds(request.attributes) : frame.a < frame.b;
  if (!again) {
    pop_frame(simulation, request);
    request.pc = &simulation.model().program[plan.end];
    return Progress::next;
  }
  request.draws = combine(frame.saved_draws, op.site + static_cast<std::uint64_t>(frame.a));
  if (plan.counter >= 0) {
    request.attributes[static_cast<std::size_t>(plan.counter)] = static_cast<double>(frame.a);
  }
  ++frame.a;
  request.pc = &op + 1;
  return Progress::next;
}

Progress op_repeat(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const RepeatPlan*>(op.plan);
  const double times = plan.condition != nullptr ? 0 : plan.times.value(simulation, request, op.site);
  push_frame(request, op).b = static_cast<std::int64_t>(times + 0.5);
  return next_round(simulation, request, op);
}

Progress op_again(Simulation& simulation, Request& request, const Op& op) {
  return next_round(simulation, request, simulation.model().program[op.target]);
}

bool read_times(const Repeat& repeat, Lowerer& lowerer, RepeatPlan& plan) {
  const int ways = (repeat.times ? 1 : 0) + (repeat.over ? 1 : 0) + (repeat.condition ? 1 : 0);
  if (ways != 1) {
    lowerer.error("'repeat' needs exactly one of 'times', 'over' and 'while'");
    return false;
  }
  if (repeat.times) {
    plan.times = lowerer.drawn(*repeat.times);
  } else if (repeat.condition) {
    plan.condition = compile_condition(lowerer.builder(), *repeat.condition);
  } else {
    for (const PopulationSpec& population : lowerer.builder().topology().populations) {
      if (population.name == *repeat.over) {
        plan.times.law = Distribution::constant(static_cast<double>(population.count.value_or(1)));
        plan.counter = lowerer.builder().attribute(population.name);
        return true;
      }
    }
    std::vector<std::string_view> known;
    for (const PopulationSpec& population : lowerer.builder().topology().populations) {
      known.push_back(population.name);
    }
    lowerer.error("'repeat over' names an unknown population '" + *repeat.over + "'", choices(*repeat.over, known));
    return false;
  }
  return true;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& repeat = step.as<Repeat>();
  RepeatPlan plan;
  if (!read_times(repeat, lowerer, plan)) {
    return;
  }
  if (repeat.as) {
    plan.counter = lowerer.builder().declare_attribute(*repeat.as);
  }
  const std::uint32_t begin = lowerer.emit({.execute = &op_repeat}, "repeat");
  const Lowerer::Taken before = lowerer.taken();
  lowerer.lower_steps(repeat.steps);
  lowerer.merge_taken(before);
  lowerer.emit({.execute = &op_again, .target = begin});
  plan.end = lowerer.here();
  lowerer.builder().model().program[begin].plan = lowerer.builder().keep(plan);
}

}  // namespace

const StepKind& repeat_step() {
  static const StepKind kind{"repeat", "Runs steps again and again.", fields, "times", lower};
  return kind;
}

}  // namespace loadstone
