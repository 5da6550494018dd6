// constant-arrival-rate: so many requests per time, whatever becomes of them.
#include "sim/executor/executors.hpp"
#include "sim/executor/open_fields.hpp"
#include "sim/executor/open_source.hpp"
#include "sim/model/model_builder.hpp"

namespace loadstone {

namespace {

struct ConstantArrivalRate {
  ArrivalRate rate;
  Duration duration;
  OpenFields open;
};

const FieldTable& fields() {
  static const FieldTable table = [] {
    FieldTable t = FieldTable::of<ConstantArrivalRate>();
    t.custom<ConstantArrivalRate>(
        "rate", "Requests per timeUnit, or with a unit of its own: 0.9/s.",
        [](Reader& r, const Node& n, ConstantArrivalRate& s) { return read_arrival_rate(r, n, s.rate); });
    t.field("duration", &ConstantArrivalRate::duration, "How long.", {.bounds = {.above_min = true}});
    t.embed(&ConstantArrivalRate::open, OpenFields::fields());
    return t;
  }();
  return table;
}

std::unique_ptr<SourcePlan> build(const ScenarioSpec& spec, ModelBuilder& builder) {
  const auto& constant = spec.as<ConstantArrivalRate>();
  auto plan = open_source_of(spec, builder, constant.open);
  const double rate = constant.rate.per_ns(constant.open.time_unit);
  plan->profile.add(constant.duration, rate, rate);
  plan->constant = true;
  plan->end = plan->start + constant.duration;
  return plan;
}

}  // namespace

const ExecutorKind& constant_arrival_rate_executor() {
  static const ExecutorKind kind{"constant-arrival-rate", "So many requests per time, whatever becomes of them.",
                                 fields, false, build};
  return kind;
}

}  // namespace loadstone
