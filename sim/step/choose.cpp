// choose: one of several lists of steps, by weight or by the first condition that holds.
#include "sim/engine/scopes.hpp"
#include "sim/model/conditions.hpp"
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Option {
  std::optional<double> weight;
  std::optional<Condition> when;
  std::vector<StepSpec> steps;
  std::vector<StepSpec> otherwise;  // of an `else` option, instead of the others
  bool is_else = false;
};

struct Choose {
  std::vector<Option> options;
};

const FieldTable& option_fields() {
  static const FieldTable table =
      FieldTable::of<Option>()
          .field("weight", &Option::weight, "How likely it is, relative to the other weights.")
          .field("when", &Option::when, "Taken if this holds and no option before it was taken.")
          .field("do", &Option::steps, "What is done.", {.optional = true})
          .field("else", &Option::otherwise, "What is done if no condition held.", {.optional = true});
  return table;
}

bool read_options(Reader& reader, const Node& node, Choose& out) {
  if (!node.is_sequence() || node.items.empty()) {
    reader.error(node.place, "'choose' needs a list of options, got " + describe(node),
                 {"- {weight: 3, do: [...]}", "- {when: request.tenant == 0, do: [...]}", "- else: [...]"});
    return false;
  }
  bool ok = true;
  int weights = 0;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Scope scope(reader, std::to_string(i));
    const Node& item = node.items[i];
    if (!item.is_mapping()) {
      reader.error(item.place, "an option must be a mapping, got " + describe(item));
      return false;
    }
    Option& option = out.options.emplace_back();
    ok = option_fields().read(reader, item, &option) && ok;
    option.is_else = item.find("else") != nullptr;
    weights += option.weight ? 1 : 0;
    const int ways = (option.weight ? 1 : 0) + (option.when ? 1 : 0) + (option.is_else ? 1 : 0);
    if (ways != 1) {
      reader.error(item.place, "an option has exactly one of 'weight', 'when' and 'else'");
      ok = false;
    }
    if (option.is_else && i + 1 < node.items.size()) {
      reader.error(item.place, "'else' must be the last option");
      ok = false;
    }
  }
  if (weights != 0 && weights != static_cast<int>(node.items.size())) {
    reader.error(node.place, "options are chosen by weight or by condition, not both");
    ok = false;
  }
  return ok;
}

const FieldTable& fields() {
  static const FieldTable table = FieldTable::of<Choose>().custom<Choose>(
      "options",
      "A list of {weight: w, do: steps}, or of {when: condition, do: steps} with an `else: steps` at the end.",
      read_options, {}, FieldType::mappings, &option_fields());
  return table;
}

struct ChoosePlan {
  std::vector<double> cumulative;
  std::vector<std::uint32_t> entries;
};

Progress op_choose(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const ChoosePlan*>(op.plan);
  const double at = uniform(draw_of(request.draws, op.site, 0)) * plan.cumulative.back();
  std::size_t i = 0;
  while (i + 1 < plan.cumulative.size() && at >= plan.cumulative[i]) {
    ++i;
  }
  request.pc = &simulation.model().program[plan.entries[i]];
  return Progress::next;
}

// Of what the ways take, only what all of them take is held behind them.
class Ways {
 public:
  explicit Ways(Lowerer& lowerer) : lowerer_(lowerer), before_(lowerer.taken()) {}

  void lower(std::span<const StepSpec> steps, bool at_end) {
    lowerer_.set_taken(before_);
    lowerer_.lower_steps(steps, at_end);
    if (after_) {
      lowerer_.merge_taken(*after_);
    }
    after_ = lowerer_.taken();
  }
  void join() { lowerer_.set_taken(after_.value_or(before_)); }

 private:
  Lowerer& lowerer_;
  Lowerer::Taken before_;
  std::optional<Lowerer::Taken> after_;
};

void lower_weights(const Choose& choose, Lowerer& lowerer) {
  const bool at_end = lowerer.is_tail();
  const std::uint32_t op = lowerer.emit({.execute = &op_choose}, "choose");
  ChoosePlan plan;
  double sum = 0;
  std::vector<std::uint32_t> ends;
  Ways ways(lowerer);
  for (const Option& option : choose.options) {
    sum += *option.weight;
    plan.cumulative.push_back(sum);
    plan.entries.push_back(lowerer.here());
    ways.lower(option.steps, at_end);
    ends.push_back(lowerer.emit({.execute = &op_jump}));
  }
  ways.join();
  for (const std::uint32_t end : ends) {
    lowerer.land(end);
  }
  if (sum <= 0) {
    lowerer.error("the weights of 'choose' must sum to more than 0");
  }
  lowerer.builder().model().program[op].plan = lowerer.builder().keep(std::move(plan));
}

void lower_conditions(const Choose& choose, Lowerer& lowerer) {
  const bool at_end = lowerer.is_tail();
  std::vector<std::uint32_t> ends;
  Ways ways(lowerer);
  for (const Option& option : choose.options) {
    if (option.is_else) {
      ways.lower(option.otherwise, at_end);
      continue;
    }
    const CompiledCondition* condition = compile_condition(lowerer.builder(), *option.when);
    const std::uint32_t unless = lowerer.emit({.execute = &op_unless, .plan = condition});
    ways.lower(option.steps, at_end);
    ends.push_back(lowerer.emit({.execute = &op_jump}));
    lowerer.land(unless);
  }
  if (!choose.options.back().is_else) {
    ways.lower({}, false);
  }
  ways.join();
  for (const std::uint32_t end : ends) {
    lowerer.land(end);
  }
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& choose = step.as<Choose>();
  if (choose.options.front().weight) {
    lower_weights(choose, lowerer);
  } else {
    lower_conditions(choose, lowerer);
  }
}

}  // namespace

const StepKind& choose_step() {
  static const StepKind kind{"choose", "Takes one of several ways.", fields, "options", lower};
  return kind;
}

}  // namespace loadstone
