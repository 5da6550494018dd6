// ramping-vus: a number of users that goes linearly from stage to stage.
#include "sim/executor/executors.hpp"
#include "sim/executor/stages.hpp"
#include "sim/executor/user_source.hpp"
#include "sim/model/model_builder.hpp"

namespace loadstone {

namespace {

struct UserStage {
  Duration duration;
  std::int64_t target = 0;

  [[nodiscard]] static const FieldTable& fields() {
    static const FieldTable table =
        FieldTable::of<UserStage>()
            .field("duration", &UserStage::duration, "How long the stage is; 0s: at once.")
            .field("target", &UserStage::target, "How many users it leads to.", {.bounds = {.max = 1e9}});
    return table;
  }
};

struct RampingVus {
  std::int64_t start_users = 1;
  std::vector<UserStage> stages;
  std::optional<Duration> graceful_ramp_down;
  UserFields user;
};

const FieldTable& fields() {
  static const FieldTable table = [] {
    FieldTable t = FieldTable::of<RampingVus>();
    t.field("startVUs", &RampingVus::start_users, "Users at the start.", user_count("1", 0));
    t.custom<RampingVus>(
        "stages", "Where the number of users goes, and how long that takes.",
        [](Reader& r, const Node& n, RampingVus& s) { return read_stages(r, n, s.stages); }, {}, FieldType::mappings,
        &UserStage::fields());
    t.field("gracefulRampDown", &RampingVus::graceful_ramp_down,
            "How long an iteration of a user who is not wanted any more may go on; absent: to its end.");
    t.embed(&RampingVus::user, UserFields::fields());
    return t;
  }();
  return table;
}

std::unique_ptr<SourcePlan> build(const ScenarioSpec& spec, ModelBuilder& builder) {
  const auto& ramping = spec.as<RampingVus>();
  auto plan = user_source_of(spec, builder, ramping.user);
  plan->graceful_ramp_down = ramping.graceful_ramp_down;
  plan->ramps = {{Duration{}, ramping.start_users}};
  plan->end = plan->start;
  for (const UserStage& stage : ramping.stages) {
    plan->ramps.push_back({stage.duration, stage.target});
    plan->end += stage.duration;
  }
  if (plan->end == plan->start) {
    builder.diagnostics().error(spec.place, "scenario '" + spec.name + "': its stages take no time");
  }
  return plan;
}

}  // namespace

const ExecutorKind& ramping_vus_executor() {
  static const ExecutorKind kind{"ramping-vus", "A number of users that goes linearly from stage to stage.", fields,
                                 true, build};
  return kind;
}

}  // namespace loadstone
