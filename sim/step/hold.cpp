// hold: takes units of something, runs steps, and gives them back. acquire and release are its two halves.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Hold {
  Reference pool;
  std::int64_t amount = 1;
  std::optional<CountLaw> priority;
  bool transaction = true;
  std::vector<StepSpec> steps;
};

FieldTable half_fields() {
  return FieldTable::of<Hold>()
      .field("pool", &Hold::pool, "What is taken: a pool, a semaphore, a station.")
      .field("amount", &Hold::amount, "How many units, all at once.", {.default_text = "1", .bounds = {.min = 1}})
      .field("priority", &Hold::priority, "Rank in its line: smallest first.");
}

const FieldTable& acquire_fields() {
  static const FieldTable table = half_fields();
  return table;
}

const FieldTable& hold_fields() {
  static const FieldTable table =
      half_fields()
          .field("transaction", &Hold::transaction, "Of a connection: one transaction round all steps.",
                 {.default_text = "true"})
          .field("do", &Hold::steps, "What is done meanwhile.", {.beside = true});
  return table;
}

const FieldTable& release_fields() {
  static const FieldTable table =
      FieldTable::of<Hold>().field("pool", &Hold::pool, "What is given back: the units taken last.");
  return table;
}

bool lower_acquire_half(const Hold& hold, Lowerer& lowerer, bool transaction) {
  auto* holdable = lowerer.builder().resource_that_can<Holdable>(hold.pool, "be held");
  if (holdable != nullptr) {
    holdable->lower_acquire(lowerer, hold.amount, hold.priority, transaction);
  }
  return holdable != nullptr;
}

void lower_hold(const StepSpec& step, Lowerer& lowerer) {
  const auto& hold = step.as<Hold>();
  if (!lower_acquire_half(hold, lowerer, hold.transaction)) {
    return;
  }
  BuiltResource* built = lowerer.builder().resource(hold.pool);
  auto* connections = dynamic_cast<ConnectionSource*>(built);
  if (connections != nullptr) {
    lowerer.connections.push_back({connections, built, hold.transaction});
  }
  lowerer.lower_steps(hold.steps);
  if (connections != nullptr) {
    lowerer.connections.pop_back();
  }
  dynamic_cast<Holdable*>(built)->lower_release(lowerer, hold.transaction);
}

void lower_acquire(const StepSpec& step, Lowerer& lowerer) {
  if (lower_acquire_half(step.as<Hold>(), lowerer, false)) {
    lowerer.take(lowerer.builder().resource(step.as<Hold>().pool));
  }
}

void lower_release(const StepSpec& step, Lowerer& lowerer) {
  const auto& hold = step.as<Hold>();
  if (auto* holdable = lowerer.builder().resource_that_can<Holdable>(hold.pool, "be held")) {
    lowerer.give_back(lowerer.builder().resource(hold.pool), hold.pool);
    holdable->lower_release(lowerer, false);
  }
}

}  // namespace

const StepKind& hold_step() {
  static const StepKind kind{"hold", "Takes units of something, runs steps, gives them back.", hold_fields, "pool",
                             lower_hold};
  return kind;
}

const StepKind& acquire_step() {
  static const StepKind kind{"acquire", "Takes units of something and keeps them.", acquire_fields, "pool",
                             lower_acquire};
  return kind;
}

const StepKind& release_step() {
  static const StepKind kind{"release", "Gives back what `acquire` took.", release_fields, "pool", lower_release};
  return kind;
}

}  // namespace loadstone
