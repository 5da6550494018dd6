// ramping-arrival-rate: a rate that goes linearly from stage to stage.
#include "sim/executor/executors.hpp"
#include "sim/executor/open_fields.hpp"
#include "sim/executor/open_source.hpp"
#include "sim/executor/stages.hpp"
#include "sim/model/model_builder.hpp"

namespace loadstone {

namespace {

struct RampingArrivalRate {
  ArrivalRate start_rate;
  std::vector<Stage> stages;
  OpenFields open;
};

const FieldTable& fields() {
  static const FieldTable table = [] {
    FieldTable t = FieldTable::of<RampingArrivalRate>();
    t.custom<RampingArrivalRate>(
        "startRate", "Requests per timeUnit at the start.",
        [](Reader& r, const Node& n, RampingArrivalRate& s) { return read_arrival_rate(r, n, s.start_rate); },
        {.default_text = "0"});
    t.custom<RampingArrivalRate>(
        "stages", "Where the rate goes, and how long that takes.",
        [](Reader& r, const Node& n, RampingArrivalRate& s) { return read_stages(r, n, s.stages); }, {},
        FieldType::mappings, &Stage::fields());
    t.embed(&RampingArrivalRate::open, OpenFields::fields());
    return t;
  }();
  return table;
}

std::unique_ptr<SourcePlan> build(const ScenarioSpec& spec, ModelBuilder& builder) {
  const auto& ramping = spec.as<RampingArrivalRate>();
  auto plan = open_source_of(spec, builder, ramping.open);
  double rate = ramping.start_rate.per_ns(ramping.open.time_unit);
  for (const Stage& stage : ramping.stages) {
    const double target = stage.target.per_ns(ramping.open.time_unit);
    if (stage.duration.ns > 0) {
      plan->profile.add(stage.duration, rate, target);
    }
    rate = target;
  }
  if (plan->profile.length().ns == 0) {
    builder.diagnostics().error(spec.place, "scenario '" + spec.name + "': its stages take no time");
  }
  plan->end = plan->start + plan->profile.length();
  return plan;
}

}  // namespace

const ExecutorKind& ramping_arrival_rate_executor() {
  static const ExecutorKind kind{"ramping-arrival-rate", "A rate that goes linearly from stage to stage.", fields,
                                 false, build};
  return kind;
}

}  // namespace loadstone
