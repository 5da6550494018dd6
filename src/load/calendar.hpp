// src/load/calendar.hpp
//
// When the schedules of a topology fire in a run that begins at the workload's `start`: cron lines in their time zones
// as spans from the start.
//
// Not. `every` and triggers need no calendar: sim/executor/schedule.hpp.
#pragma once

#include <optional>
#include <vector>

#include "sim/spec/topology.hpp"
#include "sim/spec/workload.hpp"
#include "src/load/cron.hpp"

namespace loadstone::load {

// Reports cron lines and time zones that are none.
void check_calendar(const Topology& topology, Diagnostics& diagnostics);

class Calendar {
 public:
  // Reports what check_calendar does and a `start` that is no instant; warns of a cron line where there is no start.
  Calendar(const Topology& topology, const Workload& workload, Diagnostics& diagnostics);

  // When the schedule's cron line fires before `until`, ascending; none without a cron line or a start.
  // REQUIRES: no errors were reported.
  [[nodiscard]] std::vector<Duration> firings(const ScheduleSpec& schedule, Duration until) const;

 private:
  std::optional<CalendarInstant> start_;
};

}  // namespace loadstone::load
