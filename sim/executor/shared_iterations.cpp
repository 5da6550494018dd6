// shared-iterations: so many iterations, each run by the next user who is free.
#include "sim/executor/executors.hpp"
#include "sim/executor/user_source.hpp"
#include "sim/model/model_builder.hpp"

namespace loadstone {

namespace {

struct SharedIterations {
  std::int64_t vus = 1;
  std::int64_t iterations = 1;
  Duration max_duration;
  UserFields user;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<SharedIterations>()
          .field("vus", &SharedIterations::vus, "Users.", user_count("1", 1))
          .field("iterations", &SharedIterations::iterations, "Iterations of all users together.", user_count("1", 1))
          .field("maxDuration", &SharedIterations::max_duration,
                 "When the scenario ends; iterations that have not started by then are dropped.",
                 {.default_text = "10m", .bounds = {.above_min = true}})
          .embed(&SharedIterations::user, UserFields::fields());
  return table;
}

std::unique_ptr<SourcePlan> build(const ScenarioSpec& spec, ModelBuilder& builder) {
  const auto& own = spec.as<SharedIterations>();
  if (own.iterations < own.vus) {
    builder.diagnostics().error(spec.place, "scenario '" + spec.name + "': " + std::to_string(own.vus) +
                                                " users need at least as many iterations, got " +
                                                std::to_string(own.iterations));
  }
  auto plan = user_source_of(spec, builder, own.user);
  plan->ramps = {{Duration{}, own.vus}};
  plan->iterations_shared = own.iterations;
  plan->end = plan->start + own.max_duration;
  return plan;
}

}  // namespace

const ExecutorKind& shared_iterations_executor() {
  static const ExecutorKind kind{"shared-iterations", "So many iterations, each run by the next user who is free.",
                                 fields, true, build};
  return kind;
}

}  // namespace loadstone
