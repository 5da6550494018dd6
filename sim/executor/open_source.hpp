// sim/executor/open_source.hpp
//
// Requests that come by a rate, whatever becomes of those before: the one source behind all arrival-rate executors.
//
// Draws. Arrival number n has a key of its own; its gap, flow and attributes are draws of that key. Gaps are of unit
//        rate: the profile and the load only stretch the clock.
// Ends.  With its profile; a constant one that lasts to the workload's end goes on while the run drains, unless it has
//        a gracefulStop: then it ends when it says, and who is inside that much later is cut off.
// Users. With `maxVUs` they are a resource `vus:NAME`, without a line: an arrival that finds none free is dropped.
#pragma once

#include <optional>
#include <vector>

#include "sim/engine/model.hpp"
#include "sim/executor/rate_profile.hpp"
#include "sim/executor/request_plan.hpp"
#include "sim/executor/user_slots.hpp"

namespace loadstone {

enum class ArrivalLaw : std::uint8_t { poisson, even, gamma };

struct OpenSourcePlan : SourcePlan {
  [[nodiscard]] std::unique_ptr<Source> instantiate(Simulation& simulation) const override;
  void hold_peak(Duration until) override;
  [[nodiscard]] std::optional<double> peak_rate() const override { return profile.peak(); }

  RateProfile profile;
  ArrivalLaw arrivals = ArrivalLaw::poisson;
  double cv = 1;  // of gamma gaps
  Duration start;
  std::optional<Duration> graceful_stop;
  ErrorId interrupted = kNoError;        // of those that gracefulStop cuts off
  const UserSlotsPlan* users = nullptr;  // of a scenario with maxVUs
  RequestPlan requests;
};

// What every arrival-rate executor has: the flows, attributes, arrival law and users of the scenario.
class ModelBuilder;
struct OpenFields;
[[nodiscard]] std::unique_ptr<OpenSourcePlan> open_source_of(const ScenarioSpec& spec, ModelBuilder& builder,
                                                             const OpenFields& fields);

}  // namespace loadstone
