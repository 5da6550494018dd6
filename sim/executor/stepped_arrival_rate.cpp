// stepped-arrival-rate: levels of equal length, each faster than the one before (Gatling's capacity test).
#include "sim/executor/executors.hpp"
#include "sim/executor/open_fields.hpp"
#include "sim/executor/open_source.hpp"

namespace loadstone {

namespace {

struct SteppedArrivalRate {
  ArrivalRate start_rate;
  ArrivalRate step;
  std::int64_t steps = 1;
  Duration level_duration;
  Duration ramp_duration;
  OpenFields open;
};

const FieldTable& fields() {
  static const FieldTable table = [] {
    FieldTable t = FieldTable::of<SteppedArrivalRate>();
    t.custom<SteppedArrivalRate>(
        "startRate", "Requests per timeUnit on the first level (Gatling: startingFrom).",
        [](Reader& r, const Node& n, SteppedArrivalRate& s) { return read_arrival_rate(r, n, s.start_rate); });
    t.custom<SteppedArrivalRate>(
        "step", "How much faster each level is than the one before (Gatling: incrementUsersPerSec).",
        [](Reader& r, const Node& n, SteppedArrivalRate& s) { return read_arrival_rate(r, n, s.step); });
    t.field("steps", &SteppedArrivalRate::steps, "How many levels there are (Gatling: times).",
            {.bounds = {.min = 1, .max = 10000}});
    t.field("levelDuration", &SteppedArrivalRate::level_duration,
            "How long each level lasts (Gatling: eachLevelLasting).", {.bounds = {.above_min = true}});
    t.field("rampDuration", &SteppedArrivalRate::ramp_duration,
            "How long the rate takes from one level to the next (Gatling: separatedByRampsLasting).",
            {.default_text = "0s"});
    t.embed(&SteppedArrivalRate::open, OpenFields::fields());
    return t;
  }();
  return table;
}

std::unique_ptr<SourcePlan> build(const ScenarioSpec& spec, ModelBuilder& builder) {
  const auto& stepped = spec.as<SteppedArrivalRate>();
  auto plan = open_source_of(spec, builder, stepped.open);
  const double start = stepped.start_rate.per_ns(stepped.open.time_unit);
  const double step = stepped.step.per_ns(stepped.open.time_unit);
  for (std::int64_t level = 0; level < stepped.steps; ++level) {
    const double rate = start + step * static_cast<double>(level);
    if (level > 0 && stepped.ramp_duration.ns > 0) {
      plan->profile.add(stepped.ramp_duration, rate - step, rate);
    }
    plan->profile.add(stepped.level_duration, rate, rate);
  }
  plan->end = plan->start + plan->profile.length();
  return plan;
}

}  // namespace

const ExecutorKind& stepped_arrival_rate_executor() {
  static const ExecutorKind kind{"stepped-arrival-rate", "Levels of equal length, each faster than the one before.",
                                 fields, false, build};
  return kind;
}

}  // namespace loadstone
