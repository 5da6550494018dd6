// sim/executor/schedule.hpp
//
// Schedules of the topology as sources: by cron (instants that the caller computes, since there is no calendar here),
// at an interval, or by the workload's triggers.
//
// Draws.   Firing n has the key (schedule, n); a trigger has one of its own, so that it shifts no other firing.
// Overlap. Of a run that has not ended: `allow` starts another, `forbid` skips the firing (mark `skipped:NAME`),
//          `replace` interrupts the old one with the error `replaced`.
// Order.   A firing is an arrival; at one instant regular firings come before triggers.
// Not.     `load` does not apply.
#pragma once

#include <functional>
#include <vector>

#include "sim/engine/model.hpp"
#include "sim/executor/request_plan.hpp"
#include "sim/spec/topology.hpp"

namespace loadstone {

struct SchedulePlan : SourcePlan {
  [[nodiscard]] std::unique_ptr<Source> instantiate(Simulation& simulation) const override;
  // A search for the load at which something breaks leaves schedules out.
  void hold_peak(Duration) override {
    firings.clear();
    every.reset();
    triggers.clear();
  }
  [[nodiscard]] std::optional<double> peak_rate() const override { return 0.0; }

  std::vector<Duration> firings;   // ascending
  std::optional<Duration> every;   // and at each multiple of this
  std::vector<Duration> triggers;  // ascending
  Overlap overlap = Overlap::allow;
  std::uint32_t skipped = 0;  // mark
  ErrorId replaced = kNoError;
  RequestPlan requests;
};

// Reports unknown flows and schedules, and schedules that say both how often and when.
void check_schedules(const Topology& topology, const Workload& workload, Diagnostics& diagnostics);

// When a schedule's cron line fires before `until`.
using CronFirings = std::function<std::vector<Duration>(const ScheduleSpec& schedule, Duration until)>;

// Adds a source for each schedule that fires before the workload's end; warns of the others.
// REQUIRES: check_schedules found nothing; the builder has compiled everything else.
void add_schedules(ModelBuilder& builder, const CronFirings& cron_firings);

}  // namespace loadstone
