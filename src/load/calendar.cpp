#include "src/load/calendar.hpp"

#include <algorithm>

namespace loadstone::load {

void check_calendar(const Topology& topology, Diagnostics& diagnostics) {
  for (const ScheduleSpec& schedule : topology.schedules) {
    const std::string subject = "schedule '" + schedule.name + "': ";
    std::string problem;
    if (schedule.cron && !parse_cron(schedule.cron->text, problem)) {
      diagnostics.error(schedule.cron->place, subject + problem);
    }
    if (problem = zone_problem(schedule.timezone.text); !problem.empty()) {
      diagnostics.error(schedule.timezone.place, subject + problem);
    }
  }
}

Calendar::Calendar(const Topology& topology, const Workload& workload, Diagnostics& diagnostics) {
  check_calendar(topology, diagnostics);
  if (workload.start) {
    std::string problem;
    start_ = parse_instant(workload.start->text, problem);
    if (!start_) {
      diagnostics.error(workload.start->place, "'start': " + problem);
    }
    return;
  }
  for (const ScheduleSpec& schedule : topology.schedules) {
    const bool triggered = std::any_of(workload.triggers.begin(), workload.triggers.end(),
                                       [&](const TriggerSpec& t) { return t.schedule.name == schedule.name; });
    if (schedule.cron && !triggered) {
      diagnostics.warning(schedule.cron->place,
                          "schedule '" + schedule.name + "': it never fires: the workload has no 'start'",
                          {"give the workload a start, such as 2026-01-05T08:00:00+03:00",
                           "or fire it by hand: triggers: [{schedule: " + schedule.name + ", at: 15m}]"});
    }
  }
}

std::vector<Duration> Calendar::firings(const ScheduleSpec& schedule, Duration until) const {
  std::string problem;
  const auto cron = schedule.cron ? parse_cron(schedule.cron->text, problem) : std::nullopt;
  return cron && start_ ? cron_instants(*cron, schedule.timezone.text, *start_, until) : std::vector<Duration>{};
}

}  // namespace loadstone::load
