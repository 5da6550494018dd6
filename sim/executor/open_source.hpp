// sim/executor/open_source.hpp
//
// Requests that come by a rate, whatever becomes of those before: the one source behind all arrival-rate executors.
//
// Draws. Arrival number n has a key of its own; its gap, flow and attributes are draws of that key. Gaps are of unit
//        rate: the profile and the load only stretch the clock.
// Ends.  With its profile; a constant one goes on while sampled requests are still inside (Simulation asks).
#pragma once

#include <optional>
#include <vector>

#include "sim/engine/model.hpp"
#include "sim/executor/attributes.hpp"
#include "sim/executor/rate_profile.hpp"

namespace loadstone {

enum class ArrivalLaw : std::uint8_t { poisson, even, gamma };

struct OpenSourcePlan : SourcePlan {
  [[nodiscard]] std::unique_ptr<Source> instantiate(Simulation& simulation) const override;

  RateProfile profile;
  ArrivalLaw arrivals = ArrivalLaw::poisson;
  double cv = 1;  // of gamma gaps
  Duration start;
  std::optional<std::int64_t> max_users;  // requests of this scenario in flight; more are dropped
  std::vector<FlowId> flows;
  std::vector<double> cumulative_weights;
  std::vector<AttributePlan> attributes;
  std::vector<double> defaults;
};

// What every arrival-rate executor has: the flows, attributes and arrival law of the scenario.
class ModelBuilder;
[[nodiscard]] std::unique_ptr<OpenSourcePlan> open_source_of(const ScenarioSpec& spec, ModelBuilder& builder,
                                                             const std::string& arrival);

}  // namespace loadstone
