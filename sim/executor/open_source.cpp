#include "sim/executor/open_source.hpp"

#include "sim/engine/simulation.hpp"
#include "sim/executor/flow_mix.hpp"
#include "sim/model/model_builder.hpp"

namespace loadstone {

namespace {

class OpenSource final : public Source {
 public:
  OpenSource(Simulation& simulation, const OpenSourcePlan& plan)
      : simulation_(simulation), plan_(plan), key_(simulation.key_of("scenario " + plan.name)), values_(plan.defaults),
        gaps_(Distribution::gamma(1.0, plan.cv)) {}

  void start() override {
    if (plan_.arrivals != ArrivalLaw::even) {
      unit_time_ = gap();  // evenly spaced arrivals begin at 0
    }
    schedule_next();
  }

 private:
  double gap() {
    const Draw draw = draw_of(combine(key_, number_), kGapSite, 0);
    switch (plan_.arrivals) {
      case ArrivalLaw::even:
        return 1.0;
      case ArrivalLaw::gamma:
        return gaps_.sample(draw);
      default:
        return unit_exponential_.sample(draw);
    }
  }

  void schedule_next() {
    const auto at = plan_.profile.reaches(unit_time_ / simulation_.settings().load, plan_.constant);
    if (!at || *at > 4e18) {
      return;
    }
    const SimTime when = SimTime{} + plan_.start + whole_ns(*at);
    if (when >= simulation_.settings().measure_until && !simulation_.arrivals_go_on(plan_.constant)) {
      return;
    }
    simulation_.kernel().schedule(when, Phase::arrival, {&OpenSource::on_arrival, this, 0});
  }

  static void on_arrival(void* self, std::uint64_t) { static_cast<OpenSource*>(self)->arrive(); }

  void arrive() {
    const Key key = combine(key_, number_);
    const FlowId flow = plan_.flows[pick_flow(plan_.cumulative_weights, key)];
    const std::uint64_t number = number_++;
    unit_time_ += gap();
    schedule_next();
    if (plan_.max_users && in_flight_ >= *plan_.max_users) {
      simulation_.drop(flow);
      return;
    }
    if (!plan_.attributes.empty()) {
      draw_attributes(plan_.attributes, key, false, values_);
    }
    Ending ending;
    if (plan_.max_users) {
      ++in_flight_;
      ending = {[](void* self, std::uint64_t, Request&) { --static_cast<OpenSource*>(self)->in_flight_; }, this, 0};
    }
    simulation_.start({.flow = flow, .key = key, .number = number, .attributes = &values_, .ending = ending});
  }

  static constexpr Key kGapSite = hash_text("arrival gap");

  Simulation& simulation_;
  const OpenSourcePlan& plan_;
  Key key_;
  std::vector<double> values_;
  Distribution unit_exponential_ = Distribution::exponential(1.0);
  Distribution gaps_;
  double unit_time_ = 0;  // of the next arrival, on the unit-rate clock
  std::uint64_t number_ = 0;
  std::int64_t in_flight_ = 0;
};

}  // namespace

std::unique_ptr<Source> OpenSourcePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<OpenSource>(simulation, *this);
}

std::unique_ptr<OpenSourcePlan> open_source_of(const ScenarioSpec& spec, ModelBuilder& builder,
                                               const std::string& arrival) {
  auto plan = std::make_unique<OpenSourcePlan>();
  plan->name = spec.name;
  plan->start = spec.start_time;
  plan_flow_mix(spec, builder, plan->flows, plan->cumulative_weights);
  plan->attributes = plan_attributes(spec, builder);
  plan->defaults = builder.attribute_defaults();
  const auto fail = [&](const std::string& message) {
    builder.diagnostics().error(spec.place, "scenario '" + spec.name + "': 'arrival' " + message,
                                {"expected poisson, even or gamma(cv=..)"});
  };
  const auto split = split_call(arrival);
  const auto* call = std::get_if<Call>(&split);
  if (call == nullptr) {
    fail(std::get<std::string>(split));
  } else if (call->name == "even") {
    plan->arrivals = ArrivalLaw::even;
  } else if (call->name == "gamma") {
    plan->arrivals = ArrivalLaw::gamma;
    const auto cv = call->arguments.size() == 1 ? parse_quantity(call->arguments.front().text) : Parsed<Quantity>("");
    const auto* number = std::get_if<Quantity>(&cv);
    if (number == nullptr || number->dim != kNumber || number->value < 0.001 || number->value > 100) {
      fail("gamma needs a cv from 0.001 to 100, got '" + arrival + "'");
    } else {
      plan->cv = number->value;
    }
  } else if (call->name != "poisson") {
    fail("'" + arrival + "' is unknown");
  }
  return plan;
}

}  // namespace loadstone
