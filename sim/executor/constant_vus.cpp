// constant-vus: so many users, each with one iteration after the other.
#include "sim/executor/executors.hpp"
#include "sim/executor/user_source.hpp"

namespace loadstone {

namespace {

struct ConstantVus {
  std::int64_t vus = 1;
  Duration duration;
  UserFields user;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<ConstantVus>()
          .field("vus", &ConstantVus::vus, "Users.", user_count("1", 1))
          .field("duration", &ConstantVus::duration, "How long.", {.bounds = {.above_min = true}})
          .embed(&ConstantVus::user, UserFields::fields());
  return table;
}

std::unique_ptr<SourcePlan> build(const ScenarioSpec& spec, ModelBuilder& builder) {
  const auto& constant = spec.as<ConstantVus>();
  auto plan = user_source_of(spec, builder, constant.user);
  plan->ramps = {{Duration{}, constant.vus}};
  plan->constant = true;
  plan->end = plan->start + constant.duration;
  return plan;
}

}  // namespace

const ExecutorKind& constant_vus_executor() {
  static const ExecutorKind kind{"constant-vus", "So many users, each with one iteration after the other.", fields,
                                 true, build};
  return kind;
}

}  // namespace loadstone
