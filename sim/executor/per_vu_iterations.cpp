// per-vu-iterations: each of so many users runs so many iterations.
#include "sim/executor/executors.hpp"
#include "sim/executor/user_source.hpp"

namespace loadstone {

namespace {

struct PerVuIterations {
  std::int64_t vus = 1;
  std::int64_t iterations = 1;
  Duration max_duration;
  UserFields user;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<PerVuIterations>()
          .field("vus", &PerVuIterations::vus, "Users.", user_count("1", 1))
          .field("iterations", &PerVuIterations::iterations, "Iterations of each user.", user_count("1", 1))
          .field("maxDuration", &PerVuIterations::max_duration,
                 "When the scenario ends; iterations that have not started by then are dropped.",
                 {.default_text = "10m", .bounds = {.above_min = true}})
          .embed(&PerVuIterations::user, UserFields::fields());
  return table;
}

std::unique_ptr<SourcePlan> build(const ScenarioSpec& spec, ModelBuilder& builder) {
  const auto& own = spec.as<PerVuIterations>();
  auto plan = user_source_of(spec, builder, own.user);
  plan->ramps = {{Duration{}, own.vus}};
  plan->iterations_per_user = own.iterations;
  plan->end = plan->start + own.max_duration;
  return plan;
}

}  // namespace

const ExecutorKind& per_vu_iterations_executor() {
  static const ExecutorKind kind{"per-vu-iterations", "Each of so many users runs so many iterations.", fields, true,
                                 build};
  return kind;
}

}  // namespace loadstone
