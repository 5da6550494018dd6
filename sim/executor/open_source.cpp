#include "sim/executor/open_source.hpp"

#include <array>

#include "sim/engine/interrupt.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/executor/open_fields.hpp"
#include "sim/model/model_builder.hpp"

namespace loadstone {

namespace {

class OpenSource final : public Source {
 public:
  OpenSource(Simulation& simulation, const OpenSourcePlan& plan)
      : simulation_(simulation),
        plan_(plan),
        key_(simulation.key_of("scenario " + plan.name)),
        gaps_(plan.arrivals == ArrivalLaw::gamma ? Distribution::gamma(1.0, plan.cv) : Distribution::exponential(1.0)),
        users_(plan.users == nullptr ? nullptr : &simulation.resource<UserSlots>(plan.users->row)),
        stops_at_(plan.stops_at(simulation, plan.graceful_stop.has_value())) {}

  void start() override {
    draw_some();
    schedule_next();
    if (plan_.graceful_stop) {
      simulation_.kernel().schedule(SimTime{} + plan_.end + *plan_.graceful_stop, Phase::expire,
                                    {&OpenSource::cut_off, this, 0});
    }
  }

 private:
  static constexpr Key kGapSite = hash_text("arrival gap");
  // When an arrival comes takes a processor long to work out, from one step to the next: several overlap.
  static constexpr std::size_t kAtOnce = 16;

  struct Coming {
    Key key = 0;
    SimTime at = kEndOfTime;  // after the last one
  };

  std::array<double, kAtOnce> draw_gaps() const {
    std::array<double, kAtOnce> gaps;
    if (plan_.arrivals == ArrivalLaw::even) {
      gaps.fill(1.0);
      return gaps;
    }
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      gaps[i] = gaps_.sample(draw_of(coming_[i].key, kGapSite, 0));
    }
    return gaps;
  }

  void draw_some() {
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      coming_[i].key = combine(key_, drawn_ + i);
    }
    std::array<double, kAtOnce> gaps = draw_gaps();
    if (drawn_ == 0 && plan_.arrivals == ArrivalLaw::even) {
      gaps[0] = 0;  // evenly spaced arrivals begin at 0
    }
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      unit_time_ += gaps[i];
      coming_[i].at = instant_of(unit_time_);
    }
    drawn_ += kAtOnce;
    next_ = 0;
  }

  SimTime instant_of(double unit_time) const {
    const bool beyond = stops_at_ > SimTime{} + plan_.end;
    const double at = plan_.profile.reaches(unit_time / simulation_.settings().load, beyond);
    if (at > 4e18) {
      return kEndOfTime;
    }
    const SimTime when = SimTime{} + plan_.start + whole_ns(at);
    return when < stops_at_ ? when : kEndOfTime;
  }

  void schedule_next() {
    if (coming_[next_].at < kEndOfTime) {
      simulation_.kernel().schedule(coming_[next_].at, Phase::arrival, {&OpenSource::on_arrival, this, 0});
    }
  }

  static void on_arrival(void* self, std::uint64_t) { static_cast<OpenSource*>(self)->arrive(); }

  void arrive() {
    const Key key = coming_[next_].key;
    const FlowId flow =
        simulation_.settings().expected_values ? plan_.requests.pick_evenly(number_) : plan_.requests.flow_of(key);
    const std::uint64_t number = number_++;
    if (++next_ == kAtOnce) {
      draw_some();
    }
    schedule_next();
    if (users_ != nullptr && !users_->take()) {
      simulation_.drop(flow);
      return;
    }
    plan_.requests.draw(key, key, values_);
    Ending ending;
    if (users_ != nullptr || plan_.graceful_stop) {
      ending = {&OpenSource::on_end, this, 0};
    }
    simulation_.start({.flow = flow, .key = key, .number = number, .attributes = &values_, .ending = ending});
  }

  static void on_end(void* self, std::uint64_t, Request& request) {
    if (UserSlots* users = static_cast<OpenSource*>(self)->users_; users != nullptr) {
      users->give_back(request.arrived);
    }
  }

  static void cut_off(void* self, std::uint64_t) {
    OpenSource& source = *static_cast<OpenSource*>(self);
    interrupt_all(source.simulation_, self, source.plan_.interrupted);
  }

  Simulation& simulation_;
  const OpenSourcePlan& plan_;
  Key key_;
  std::vector<double> values_;
  Distribution gaps_;  // of unit mean, unless they are even
  UserSlots* users_;
  SimTime stops_at_;
  std::array<Coming, kAtOnce> coming_;
  std::size_t next_ = 0;  // in coming_
  double unit_time_ = 0;  // of the arrival drawn last, on the unit-rate clock
  std::uint64_t drawn_ = 0;
  std::uint64_t number_ = 0;  // of the one that comes next
};

}  // namespace

std::unique_ptr<Source> OpenSourcePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<OpenSource>(simulation, *this);
}

namespace {

void read_arrival_law(const ScenarioSpec& spec, const PlacedText& written, ModelBuilder& builder,
                      OpenSourcePlan& plan) {
  const std::string& arrival = written.text;
  const auto fail = [&](const std::string& message) {
    builder.diagnostics().error(written.place, "scenario '" + spec.name + "': 'arrival': " + message,
                                {"expected poisson, even or gamma(cv=..)"});
  };
  const auto split = split_call(arrival);
  const auto* call = std::get_if<Call>(&split);
  if (call == nullptr) {
    fail(std::get<std::string>(split));
  } else if (call->name == "gamma") {
    plan.arrivals = ArrivalLaw::gamma;
    const auto cv = call->arguments.size() == 1 ? parse_quantity(call->arguments.front().text) : Parsed<Quantity>("");
    const auto* number = std::get_if<Quantity>(&cv);
    if (number == nullptr || number->dim != kNumber || number->value < 0.001 || number->value > 100) {
      fail("gamma needs a cv from 0.001 to 100, got '" + arrival + "'");
    } else {
      plan.cv = number->value;
    }
  } else if (call->name == "mmpp") {
    fail("'" + arrival + "': mmpp is not available yet");
  } else if (call->parenthesised || (call->name != "even" && call->name != "poisson")) {
    fail("'" + arrival + "' is unknown");
  } else if (call->name == "even") {
    plan.arrivals = ArrivalLaw::even;
  }
}

}  // namespace

void OpenSourcePlan::hold_peak(Duration until) {
  const double peak = profile.peak();
  profile = {};
  profile.add(until, peak, peak);
  start = {};
  end = until;
  constant = true;
  graceful_stop.reset();
}

std::unique_ptr<OpenSourcePlan> open_source_of(const ScenarioSpec& spec, ModelBuilder& builder,
                                               const OpenFields& fields) {
  auto plan = std::make_unique<OpenSourcePlan>();
  plan->name = spec.name;
  plan->start = spec.start_time;
  plan->graceful_stop = spec.graceful_stop;
  if (spec.graceful_stop) {
    plan->interrupted = builder.error("interrupted");
  }
  plan->requests = plan_requests(spec, builder);
  read_arrival_law(spec, fields.arrival, builder, *plan);
  if (fields.max_users) {
    auto users = std::make_unique<UserSlotsPlan>();
    users->name = "vus:" + spec.name;
    users->kind = "vus";
    users->capacity = static_cast<double>(*fields.max_users);
    users->row = static_cast<RowId>(builder.model().resources.size());
    plan->users = users.get();
    builder.model().resources.push_back(std::move(users));
  }
  return plan;
}

}  // namespace loadstone
