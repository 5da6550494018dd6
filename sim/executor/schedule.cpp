#include "sim/executor/schedule.hpp"

#include <algorithm>

#include "sim/engine/flow_watch.hpp"
#include "sim/engine/interrupt.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/model/model_builder.hpp"

namespace loadstone {

namespace {

class ScheduleSource final : public Source {
 public:
  ScheduleSource(Simulation& simulation, const SchedulePlan& plan)
      : simulation_(simulation),
        plan_(plan),
        key_(simulation.key_of("schedule " + plan.name)),
        stops_at_(plan.stops_at(simulation, false)) {
    const std::vector<FlowWindow>& windows = simulation.model().windows;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      if (windows[i].during == plan.name) {
        windows_.push_back(i);
      }
    }
  }

  void start() override { schedule_next(); }

 private:
  // The next regular firing; kEndOfTime if there is none.
  [[nodiscard]] SimTime next_regular() const {
    if (plan_.every) {
      const Int128 at = static_cast<Int128>(plan_.every->ns) * static_cast<Int128>(regular_ + 1);
      return at < kEndOfTime.ns ? SimTime{static_cast<std::int64_t>(at)} : kEndOfTime;
    }
    return regular_ < plan_.firings.size() ? SimTime{} + plan_.firings[regular_] : kEndOfTime;
  }
  [[nodiscard]] SimTime next_trigger() const {
    return triggered_ < plan_.triggers.size() ? SimTime{} + plan_.triggers[triggered_] : kEndOfTime;
  }

  void schedule_next() {
    const SimTime when = std::min(next_regular(), next_trigger());
    if (when < stops_at_) {
      simulation_.kernel().schedule(
          when, Phase::arrival,
          {[](void* self, std::uint64_t) { static_cast<ScheduleSource*>(self)->fire(); }, this, 0});
    }
  }

  void fire() {
    const bool is_trigger = next_trigger() < next_regular();
    const Key key = is_trigger ? combine(combine(key_, hash_text("trigger")), triggered_++) : combine(key_, regular_++);
    const std::uint64_t number = fired_++;
    schedule_next();
    if (running_ > 0 && plan_.overlap == Overlap::forbid) {
      simulation_.count_mark(plan_.skipped);
      return;
    }
    if (running_ > 0 && plan_.overlap == Overlap::replace) {
      interrupt_all(simulation_, this, plan_.replaced);
    }
    if (running_++ == 0) {
      for (const std::size_t window : windows_) {
        simulation_.watch()->open(window);
      }
    }
    plan_.requests.draw(key, key, values_);
    simulation_.start({.flow = plan_.requests.flows.front(),
                       .key = key,
                       .number = number,
                       .attributes = &values_,
                       .ending = {&ScheduleSource::on_end, this, 0}});
  }

  static void on_end(void* self, std::uint64_t, Request&) {
    ScheduleSource& source = *static_cast<ScheduleSource*>(self);
    if (--source.running_ > 0) {
      return;
    }
    for (const std::size_t window : source.windows_) {
      source.simulation_.watch()->close(window);
    }
  }

  Simulation& simulation_;
  const SchedulePlan& plan_;
  Key key_;
  SimTime stops_at_;
  std::vector<double> values_;
  std::size_t regular_ = 0;  // firings so far
  std::size_t triggered_ = 0;
  std::uint64_t fired_ = 0;
  std::uint64_t running_ = 0;
  std::vector<std::size_t> windows_;  // that are open while it runs
};

const FlowSpec* check_flow(const Topology& topology, const ScheduleSpec& schedule, Diagnostics& diagnostics) {
  const FlowSpec* flow = topology.find_flow(schedule.flow.name);
  if (flow == nullptr && schedule.flow.is_set()) {
    std::vector<std::string_view> known;
    for (const FlowSpec& f : topology.flows) {
      known.push_back(f.name);
    }
    diagnostics.error(schedule.flow.place,
                      "schedule '" + schedule.name + "': unknown flow '" + schedule.flow.name + "'",
                      choices(schedule.flow.name, known));
  }
  return flow;
}

std::vector<Duration> triggers_of(const ScheduleSpec& schedule, ModelBuilder& builder) {
  std::vector<Duration> instants;
  for (const TriggerSpec& trigger : builder.workload().triggers) {
    if (trigger.schedule.name != schedule.name) {
      continue;
    }
    if (trigger.at < builder.model().end) {
      instants.push_back(trigger.at);
    } else {
      builder.diagnostics().warning(trigger.schedule.place, "the trigger of '" + schedule.name + "' at " +
                                                                format_duration(trigger.at.ns) +
                                                                " is not before the end of the run at " +
                                                                format_duration(builder.model().end.ns));
    }
  }
  std::sort(instants.begin(), instants.end());
  return instants;
}

}  // namespace

std::unique_ptr<Source> SchedulePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<ScheduleSource>(simulation, *this);
}

void check_schedules(const Topology& topology, const Workload& workload, Diagnostics& diagnostics) {
  std::vector<std::string_view> known;
  for (const ScheduleSpec& schedule : topology.schedules) {
    known.push_back(schedule.name);
    static_cast<void>(check_flow(topology, schedule, diagnostics));
    if (schedule.cron && schedule.every) {
      diagnostics.error(schedule.place, "schedule '" + schedule.name + "': give 'cron' or 'every', not both");
    }
  }
  for (const TriggerSpec& trigger : workload.triggers) {
    const std::string& name = trigger.schedule.name;
    if (trigger.schedule.is_set() && std::find(known.begin(), known.end(), name) == known.end()) {
      diagnostics.error(trigger.schedule.place, "the topology has no schedule '" + name + "'", choices(name, known));
    }
  }
}

void add_schedules(ModelBuilder& builder, const CronFirings& cron_firings) {
  const Duration end = builder.model().end;
  for (const ScheduleSpec& schedule : builder.topology().schedules) {
    auto plan = std::make_unique<SchedulePlan>();
    plan->name = schedule.name;
    plan->firings = cron_firings(schedule, end);
    plan->every = schedule.every;
    plan->triggers = triggers_of(schedule, builder);
    if (plan->firings.empty() && plan->triggers.empty() && !(schedule.every && *schedule.every < end)) {
      const bool is_explained = schedule.cron && !builder.workload().start;  // by the calendar, which warns of it
      if (!is_explained) {
        builder.diagnostics().warning(schedule.place, "schedule '" + schedule.name +
                                                          "' never fires within the run of " + format_duration(end.ns));
      }
      continue;
    }
    plan->is_schedule = true;
    plan->end = end;
    plan->overlap = schedule.overlap;
    if (schedule.overlap == Overlap::forbid) {
      plan->skipped = builder.mark("skipped:" + schedule.name);
    } else if (schedule.overlap == Overlap::replace) {
      plan->replaced = builder.error("replaced");
    }
    ScenarioSpec as_scenario;
    as_scenario.name = schedule.name;
    as_scenario.place = schedule.place;
    as_scenario.exec = {{schedule.flow.name, 1.0}};
    plan->requests = plan_requests(as_scenario, builder);
    builder.model().sources.push_back(std::move(plan));
  }
}

}  // namespace loadstone
