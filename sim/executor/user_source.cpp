#include "sim/executor/user_source.hpp"

#include <algorithm>

#include "sim/engine/interrupt.hpp"
#include "sim/model/model_builder.hpp"

namespace loadstone {

namespace {

std::int64_t scaled(std::int64_t users, double load) {
  const double wanted = static_cast<double>(users) * load + 0.5;
  return users == 0 ? 0 : std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min(wanted, 1e15)));
}

class UserSource final : public Source {
 public:
  UserSource(Simulation& simulation, const UserSourcePlan& plan)
      : simulation_(simulation),
        plan_(plan),
        key_(simulation.key_of("scenario " + plan.name)),
        stops_at_(plan.stops_at(simulation, plan.graceful_stop.has_value())) {}

  void start() override {
    plan_steps();
    schedule_step();
    const SimTime end = SimTime{} + plan_.end;
    const bool bounded = plan_.iterations_per_user || plan_.iterations_shared;
    if (bounded && end <= simulation_.settings().measure_until) {
      // the last instant at which an iteration can start
      schedule(end - Duration{1}, Phase::observe, &UserSource::drop_rest);
    }
    if (plan_.graceful_stop) {
      schedule(end + *plan_.graceful_stop, Phase::expire, &UserSource::cut_off);
    }
  }

 private:
  struct User {
    std::uint64_t iterations = 0;  // started
    bool wanted = false;
    bool busy = false;  // in an iteration, or thinking
  };
  struct Step {
    SimTime at;
    std::size_t users = 0;  // from then on
  };

  void schedule(SimTime at, Phase phase, void (*run)(void*, std::uint64_t), std::uint64_t argument = 0) {
    simulation_.kernel().schedule(at, phase, {run, this, argument});
  }

  // --- how many users -------------------------------------------------------------------------------------------
  void plan_steps() {
    std::int64_t users = 0;
    std::int64_t most = 0;
    const double load = simulation_.settings().load;
    for (const UserSourcePlan::Ramp& ramp : plan_.ramps) {
      most = std::max(most, scaled(ramp.target, load));
    }
    if (static_cast<std::uint64_t>(most) > simulation_.model().limits.max_in_flight) {
      throw RunawayError("scenario '" + plan_.name + "' has " + std::to_string(most) +
                         " users (limits.max_in_flight is " + std::to_string(simulation_.model().limits.max_in_flight) +
                         ")");
    }
    users_.resize(static_cast<std::size_t>(most));
    SimTime from = SimTime{} + plan_.start;
    for (const UserSourcePlan::Ramp& ramp : plan_.ramps) {
      const std::int64_t target = scaled(ramp.target, load);
      const std::int64_t change = target > users ? target - users : users - target;
      const std::int64_t direction = target > users ? 1 : -1;
      for (std::int64_t i = ramp.length.ns == 0 ? change : 1; i <= change; ++i) {
        const auto offset = static_cast<Int128>(ramp.length.ns) * i / std::max<std::int64_t>(1, change);
        add_step({from + Duration{static_cast<std::int64_t>(offset)}, static_cast<std::size_t>(users + direction * i)});
      }
      users = target;
      from = from + ramp.length;
    }
  }

  void add_step(Step step) {
    if (!steps_.empty() && steps_.back().at == step.at) {
      steps_.back() = step;
    } else {
      steps_.push_back(step);
    }
  }

  void schedule_step() {
    if (next_step_ < steps_.size()) {
      const Step& step = steps_[next_step_];
      schedule(step.at, step.users < users_wanted_ ? Phase::wake : Phase::arrival, &UserSource::change_users);
    }
  }

  static void change_users(void* self, std::uint64_t) {
    UserSource& source = *static_cast<UserSource*>(self);
    const std::size_t wanted = source.steps_[source.next_step_++].users;
    while (source.users_wanted_ > wanted) {
      source.dismiss(--source.users_wanted_);
    }
    while (source.users_wanted_ < wanted) {
      source.call_up(source.users_wanted_++);
    }
    source.schedule_step();
  }

  // A user who is still in an iteration, or thinks, just goes on.
  void call_up(std::size_t user) {
    users_[user].wanted = true;
    if (users_[user].busy) {
      return;
    }
    if (plan_.think_first && users_[user].iterations == 0) {
      users_[user].busy = true;
      think(user, key_of(user));
    } else {
      turn(user);
    }
  }

  void dismiss(std::size_t user) {
    users_[user].wanted = false;
    if (plan_.graceful_ramp_down && users_[user].busy) {
      schedule(simulation_.now() + *plan_.graceful_ramp_down, Phase::expire, &UserSource::cut_off_one, user);
    }
  }

  // --- one user -------------------------------------------------------------------------------------------------
  [[nodiscard]] Key key_of(std::size_t user) const { return combine(key_, user); }

  [[nodiscard]] bool may_start(const User& user) const {
    const auto left = [](const std::optional<std::int64_t>& limit, std::uint64_t started) {
      return !limit || started < static_cast<std::uint64_t>(*limit);
    };
    return user.wanted && simulation_.now() < stops_at_ && left(plan_.iterations_per_user, user.iterations) &&
           left(plan_.iterations_shared, started_);
  }

  // The user is free: starts an iteration, if there is one to start.
  void turn(std::size_t index) {
    User& user = users_[index];
    user.busy = may_start(user);
    if (!user.busy) {
      return;
    }
    const Key request = combine(key_of(index), user.iterations++);
    plan_.requests.draw(key_of(index), request, values_);
    simulation_.start({.flow = plan_.requests.flow_of(request),
                       .key = request,
                       .number = started_++,
                       .attributes = &values_,
                       .ending = {&UserSource::on_end, this, index}});
  }

  static void on_turn(void* self, std::uint64_t user) { static_cast<UserSource*>(self)->turn(user); }

  static void on_end(void* self, std::uint64_t user, Request& request) {
    static_cast<UserSource*>(self)->think(user, request.key);
  }

  // `key`: of the iteration that has ended, or of the user.
  void think(std::size_t user, Key key) {
    double pause = 0;
    if (plan_.think.attribute >= 0) {
      plan_.requests.draw(key_of(user), key, values_);
      pause = values_[static_cast<std::size_t>(plan_.think.attribute)];
    } else {
      pause = simulation_.settings().expected_values ? plan_.think.law.mean()
                                                     : plan_.think.law.sample(draw_of(key, kThinkSite, 0));
    }
    const Duration whole = std::min(whole_ns(std::max(pause, 0.0)), kEndOfTime - simulation_.now());
    schedule(simulation_.now() + whole, Phase::arrival, &UserSource::on_turn, user);
  }

  // --- ends -----------------------------------------------------------------------------------------------------
  static void cut_off(void* self, std::uint64_t) {
    UserSource& source = *static_cast<UserSource*>(self);
    interrupt_all(source.simulation_, self, source.plan_.interrupted);
  }

  static void cut_off_one(void* self, std::uint64_t user) {
    UserSource& source = *static_cast<UserSource*>(self);
    if (source.users_[user].wanted || !source.users_[user].busy) {
      return;
    }
    for (Request* request : requests_of(source.simulation_, self)) {
      if (request->ending.argument == user) {
        interrupt(source.simulation_, *request, source.plan_.interrupted);
      }
    }
  }

  // Iterations that the scenario's time was too short for.
  static void drop_rest(void* self, std::uint64_t) {
    UserSource& source = *static_cast<UserSource*>(self);
    for (std::size_t user = 0; user < source.users_.size(); ++user) {
      const std::int64_t wanted =
          source.plan_.iterations_shared ? *source.plan_.iterations_shared : *source.plan_.iterations_per_user;
      const std::uint64_t started = source.plan_.iterations_shared ? source.started_ : source.users_[user].iterations;
      source.drop(user, static_cast<std::uint64_t>(wanted) - started);
      if (source.plan_.iterations_shared) {
        return;
      }
    }
  }

  void drop(std::size_t user, std::uint64_t count) {
    if (plan_.requests.flows.size() == 1) {
      simulation_.drop(plan_.requests.flows.front(), count);
      return;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      simulation_.drop(plan_.requests.flow_of(combine(key_of(user), users_[user].iterations + i)));
    }
  }

  static constexpr Key kThinkSite = hash_text("thinkTime");

  Simulation& simulation_;
  const UserSourcePlan& plan_;
  Key key_;
  SimTime stops_at_;
  std::vector<User> users_;
  std::vector<Step> steps_;
  std::size_t next_step_ = 0;
  std::size_t users_wanted_ = 0;
  std::uint64_t started_ = 0;
  std::vector<double> values_;
};

}  // namespace

std::unique_ptr<Source> UserSourcePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<UserSource>(simulation, *this);
}

std::unique_ptr<UserSourcePlan> user_source_of(const ScenarioSpec& spec, ModelBuilder& builder,
                                               const UserFields& fields) {
  auto plan = std::make_unique<UserSourcePlan>();
  plan->name = spec.name;
  plan->start = spec.start_time;
  plan->graceful_stop = spec.graceful_stop;
  plan->interrupted = builder.error("interrupted");
  plan->think_first = fields.think_first;
  plan->think.law = fields.think_time.distribution;
  if (const std::string& name = fields.think_time.attribute; !name.empty()) {
    if (builder.attribute_types().find(name) == builder.attribute_types().end()) {
      std::vector<std::string_view> known;
      for (const auto& [known_name, type] : builder.attribute_types()) {
        known.push_back(known_name);
      }
      builder.diagnostics().error(spec.place, "scenario '" + spec.name + "': unknown attribute '$request." + name + "'",
                                  choices(name, known));
    } else {
      plan->think.attribute = builder.attribute(name);
    }
  }
  plan->requests = plan_requests(spec, builder);
  return plan;
}

std::optional<std::int64_t> UserSourcePlan::peak_users(double load) const {
  std::int64_t peak = 0;
  for (const Ramp& ramp : ramps) {
    peak = std::max(peak, scaled(ramp.target, load));
  }
  return peak;
}

void UserSourcePlan::hold_peak(Duration until) {
  const std::int64_t peak = *peak_users(1);
  ramps = {{Duration{}, peak}};
  iterations_per_user.reset();
  iterations_shared.reset();
  graceful_stop.reset();
  graceful_ramp_down.reset();
  start = {};
  end = until;
  constant = true;
}

}  // namespace loadstone
