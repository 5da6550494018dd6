// parallel: several lists of steps at once.
#include "sim/engine/parallel.hpp"
#include "sim/engine/interpreter.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

enum class Rest : std::uint8_t { run, cancel };

struct Parallel {
  std::vector<std::vector<StepSpec>> branches;
  std::string wait;
  Rest rest = Rest::run;
};

bool read_branches(Reader& reader, const Node& node, Parallel& out) {
  if (!node.is_sequence() || node.items.empty()) {
    reader.error(node.place, "'branches' needs a list of lists of steps, got " + describe(node));
    return false;
  }
  bool ok = true;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Scope scope(reader, std::to_string(i));
    ok = read_steps(reader, node.items[i], out.branches.emplace_back()) && ok;
  }
  return ok;
}

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<Parallel>()
          .custom<Parallel>("branches", "A list of lists of steps.", read_branches, {}, FieldType::step_lists)
          .field("wait", &Parallel::wait, "Go on when `all` have ended well, the `first`, or this many.",
                 {.default_text = "all"})
          .choice("rest", &Parallel::rest, "What happens to the branches that are not waited for.",
                  {.default_text = "run", .choices = {"run", "cancel"}});
  return table;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& parallel = step.as<Parallel>();
  const auto count = static_cast<std::int64_t>(parallel.branches.size());
  ParallelPlan plan;
  plan.cancel_rest = parallel.rest == Rest::cancel;
  plan.cancelled = lowerer.builder().error("cancelled");
  plan.wait = parallel.wait == "all" ? count : parallel.wait == "first" ? 1 : -1;
  if (plan.wait < 0) {
    const auto parsed = parse_quantity(parallel.wait);
    const auto* number = std::get_if<Quantity>(&parsed);
    if (number == nullptr || number->dim != kNumber || number->value < 1 ||
        number->value > static_cast<double>(count)) {
      lowerer.error("'wait' must be all, first, or a number of branches from 1 to " + std::to_string(count) +
                    ", got '" + parallel.wait + "'");
      return;
    }
    plan.wait = static_cast<std::int64_t>(number->value);
  }
  const std::uint32_t begin = lowerer.emit({.execute = &op_parallel}, "parallel");
  const std::uint32_t over = lowerer.emit({.execute = &op_jump});
  const Lowerer::Taken before = lowerer.taken();
  for (const auto& branch : parallel.branches) {
    plan.entries.push_back(lowerer.here());
    lowerer.set_taken({});  // a branch is a request of its own
    lowerer.lower_steps(branch);
    lowerer.emit({.execute = &op_return});
  }
  lowerer.set_taken(before);
  lowerer.land(over);
  lowerer.emit({.execute = &op_scope_end});
  lowerer.builder().model().program[begin].plan = lowerer.builder().keep(std::move(plan));
}

}  // namespace

const StepKind& parallel_step() {
  static const StepKind kind{"parallel", "Does several things at once.", fields, "branches", lower};
  return kind;
}

}  // namespace loadstone
