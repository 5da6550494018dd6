#include "sim/primitive/autoscaler.hpp"

#include <algorithm>
#include <cmath>

#include "sim/engine/simulation.hpp"
#include "sim/primitive/service_gate.hpp"

namespace loadstone {

std::unique_ptr<Resource> AutoscalerPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<Autoscaler>(simulation, *this);
}

Autoscaler::Autoscaler(Simulation& simulation, const AutoscalerPlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      instances_(plan.most),
      states_(static_cast<std::size_t>(plan.most), State::off),
      starts_(static_cast<std::size_t>(plan.most)),
      held_since_(plan.rules.size()) {
  std::fill_n(states_.begin(), plan.initial, State::ready);
  instances_.level.use(simulation.now(), plan.initial);
  simulation.kernel().schedule(simulation.now() + plan.sync, Phase::wake, {&Autoscaler::on_tick, this, 0});
}

ServiceGate& Autoscaler::gate() const {
  return simulation_.resource<ServiceGate>(plan_.gate);
}

std::int64_t Autoscaler::count(State state) const {
  return std::count(states_.begin(), states_.end(), state);
}

void Autoscaler::on_tick(void* self, std::uint64_t) {
  auto& scaler = *static_cast<Autoscaler*>(self);
  scaler.tick();
  // Last, so that what becomes ready at the next instant is ready when it is looked at.
  scaler.simulation_.kernel().schedule(scaler.simulation_.now() + scaler.plan_.sync, Phase::wake,
                                       {&Autoscaler::on_tick, self, 0});
}

void Autoscaler::tick() {
  const Seen now = look();
  const Seen seen{now.cpu_ns - last_.cpu_ns, now.inside_ns - last_.inside_ns, now.arrivals - last_.arrivals,
                  now.completed - last_.completed};
  last_ = now;
  const std::int64_t desired = plan_.target ? limited(stabilized(desired_by_use(seen.cpu_ns))) : desired_by_rules(seen);
  set_instances(std::clamp(desired, plan_.least, plan_.most));
}

Autoscaler::Seen Autoscaler::look() const {
  const Totals totals = gate().totals(simulation_.now());
  return {gate().cpu_ns(), simulation_.meter(plan_.gate).hold_sum, totals.arrivals, totals.completed};
}

// --- the HPA ------------------------------------------------------------------------------------------------------

std::int64_t Autoscaler::desired_by_use(std::int64_t cpu_ns) const {
  const std::int64_t ready = count(State::ready);
  const std::int64_t all = instances_.level.in_use();
  const double wanted =
      static_cast<double>(cpu_ns) / (plan_.request_cores * static_cast<double>(plan_.sync.ns) * *plan_.target);
  const auto ratio_of = [&](std::int64_t instances) { return wanted / static_cast<double>(instances); };
  const auto is_near = [&](double ratio) { return std::abs(ratio - 1) <= plan_.tolerance; };
  // A ratio is a quotient of whole counts: what is a hair above a whole number is that number.
  constexpr double kHair = 1e-9;
  const auto desired = static_cast<std::int64_t>(std::ceil(wanted - kHair));
  if (ready == 0 || is_near(ratio_of(ready))) {
    return all;
  }
  if (ratio_of(ready) < 1 || all == ready) {
    return desired;
  }
  return ratio_of(all) < 1 || is_near(ratio_of(all)) ? all : desired;  // the others, idle, change the direction
}

// The highest of the window for scaling down, the lowest of the window for scaling up.
std::int64_t Autoscaler::stabilized(std::int64_t desired) {
  const SimTime now = simulation_.now();
  recommended_.push_back({now, desired});
  const Duration longest = std::max(plan_.up.window, plan_.down.window);
  while (recommended_.size() > 1 && recommended_.front().at + longest <= now) {
    recommended_.pop_front();
  }
  std::int64_t up = desired;
  std::int64_t down = desired;
  for (const Recommendation& r : recommended_) {
    up = r.at + plan_.up.window > now ? std::min(up, r.instances) : up;
    down = r.at + plan_.down.window > now ? std::max(down, r.instances) : down;
  }
  const std::int64_t current = instances_.level.in_use();
  return std::min(std::max(current, up), down);
}

std::int64_t Autoscaler::limited(std::int64_t desired) const {
  const std::int64_t current = instances_.level.in_use();
  if (desired > current) {
    return std::min(desired, std::max(current, limit(plan_.up, 1)));
  }
  return desired == current ? current : std::max(desired, std::min(current, limit(plan_.down, -1)));
}

std::int64_t Autoscaler::limit(const ScalingPolicies& rules, std::int64_t direction) const {
  const std::int64_t current = instances_.level.in_use();
  if (rules.select == ScalingPolicies::Select::disabled) {
    return current;
  }
  std::optional<std::int64_t> chosen;
  for (const ScalingPolicies::Policy& policy : rules.policies) {
    std::int64_t before = current;
    for (const Recommendation& change : changes_) {
      before -= change.at + policy.period > simulation_.now() ? change.instances : 0;
    }
    // What is left is rounded down and what there will be up: each time in favour of the change.
    const std::int64_t hundredths = before * (100 + direction * policy.value);
    const std::int64_t in_percent = direction > 0 ? (hundredths + 99) / 100 : hundredths / 100;
    const std::int64_t proposed = policy.percent ? in_percent : before + direction * policy.value;
    const bool goes_further = chosen && direction * (proposed - *chosen) > 0;
    if (!chosen || goes_further == (rules.select == ScalingPolicies::Select::max)) {
      chosen = proposed;
    }
  }
  return chosen.value_or(current);
}

// --- rules --------------------------------------------------------------------------------------------------------

double Autoscaler::value_of(const ScalingRule& rule, const Seen& seen) const {
  const auto instances = static_cast<double>(std::max<std::int64_t>(1, count(State::ready)));
  switch (rule.metric) {
    case ScalingMetric::cpu:
      return static_cast<double>(seen.cpu_ns) / (static_cast<double>(plan_.sync.ns) * plan_.request_cores * instances);
    case ScalingMetric::response_time:
      return seen.completed == 0 ? 0 : to_double(seen.inside_ns) / static_cast<double>(seen.completed);
    case ScalingMetric::request_rate:
      return static_cast<double>(seen.arrivals) / static_cast<double>(plan_.sync.ns) / instances;
    case ScalingMetric::in_flight:
      return static_cast<double>(gate().totals(simulation_.now()).in_use) / instances;
    case ScalingMetric::queue:
      break;
  }
  return static_cast<double>(simulation_.resources()[*rule.queue]->totals(simulation_.now()).waiting);
}

std::int64_t Autoscaler::desired_by_rules(const Seen& seen) {
  const SimTime now = simulation_.now();
  const std::int64_t current = instances_.level.in_use();
  std::int64_t change = 0;
  for (std::size_t i = 0; i < plan_.rules.size(); ++i) {
    const ScalingRule& rule = plan_.rules[i];
    const double value = value_of(rule, seen);
    if (rule.above ? value <= rule.limit : value >= rule.limit) {
      held_since_[i] = std::nullopt;
      continue;
    }
    held_since_[i] = held_since_[i] ? held_since_[i] : now - plan_.sync;  // all along since the last look
    const std::int64_t wanted = std::clamp(current + rule.add, plan_.least, plan_.most);
    if (change == 0 && now - *held_since_[i] >= rule.lasts && wanted != current) {
      change = wanted - current;
    }
  }
  if (change == 0 || (acted_ && now < *acted_ + plan_.cooldown)) {
    return current;
  }
  acted_ = now;
  std::fill(held_since_.begin(), held_since_.end(), std::nullopt);
  return current + change;
}

// --- instances ----------------------------------------------------------------------------------------------------

void Autoscaler::set_instances(std::int64_t wanted) {
  const std::int64_t change = wanted - instances_.level.in_use();
  if (change != 0 && plan_.target) {
    changes_.push_back({simulation_.now(), change});
    Duration longest;
    for (const ScalingPolicies* rules : {&plan_.up, &plan_.down}) {
      for (const ScalingPolicies::Policy& policy : rules->policies) {
        longest = std::max(longest, policy.period);
      }
    }
    while (changes_.front().at + longest <= simulation_.now()) {
      changes_.pop_front();
    }
  }
  for (std::int64_t i = 0; i < change; ++i) {
    start_one();
  }
  for (std::int64_t i = 0; i > change; --i) {
    stop_one();
  }
  if (change < 0) {
    tell_gate();
  }
}

void Autoscaler::start_one() {
  const auto at = std::find(states_.begin(), states_.end(), State::off);
  const auto instance = static_cast<std::size_t>(at - states_.begin());
  *at = State::starting;
  instances_.level.use(simulation_.now(), 1);
  simulation_.count_mark(plan_.added);
  starts_[instance] = simulation_.kernel().schedule(simulation_.now() + plan_.start_delay, Phase::wake,
                                                    {&Autoscaler::on_ready, this, instance});
}

void Autoscaler::stop_one() {
  const auto last = [&](State state) { return std::find(states_.rbegin(), states_.rend(), state); };
  auto at = last(State::starting);
  if (at == states_.rend()) {
    at = last(State::ready);
  }
  const auto instance = static_cast<std::size_t>(std::prev(at.base()) - states_.begin());
  if (*at == State::starting) {
    simulation_.kernel().cancel(starts_[instance]);
  }
  *at = State::off;
  instances_.level.use(simulation_.now(), -1);
  simulation_.count_mark(plan_.removed);
}

void Autoscaler::on_ready(void* self, std::uint64_t instance) {
  auto& scaler = *static_cast<Autoscaler*>(self);
  scaler.states_[instance] = State::ready;
  scaler.tell_gate();
}

void Autoscaler::tell_gate() {
  std::vector<std::uint32_t> processes;
  for (std::size_t instance = 0; instance < states_.size(); ++instance) {
    for (std::int64_t worker = 0; states_[instance] == State::ready && worker < plan_.workers; ++worker) {
      processes.push_back(static_cast<std::uint32_t>(static_cast<std::int64_t>(instance) * plan_.workers + worker));
    }
  }
  gate().set_ready(std::move(processes));
}

}  // namespace loadstone
