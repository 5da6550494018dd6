// sim/experiment/saturate.hpp
//
// The search for the load at which a topology breaks: brackets the greatest load at which nothing is saturated, names
// what saturates first and why, relieves it, and searches for what comes next.
//
// Search. Starts from the analytic bound; looks next where the measures of an overload put the edge, bisects on a
//         logarithmic scale where they say nothing, until the bracket is narrow; the verdicts on its ends are over all
//         replications. The capacity is then estimated inside the bracket from each replication's measures, so that it
//         has an interval.
// Profile. With `is_profile` the workload runs its course at each value instead: profile_search.hpp.
// Axis.   The load, or any numeric parameter: then the model is compiled anew for each value.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/analysis/bound.hpp"
#include "sim/analysis/cause.hpp"
#include "sim/analysis/saturation.hpp"
#include "sim/analysis/threshold.hpp"
#include "sim/experiment/executor.hpp"
#include "sim/run/replication.hpp"

namespace loadstone {

// What the search runs: the compiled model at a value of the axis; nullptr where it does not compile there.
using ModelAt = std::function<std::shared_ptr<Model>(double value)>;

// A value that was tried, for those who watch.
struct EvaluationNote {
  double value = 0;
  std::size_t replications = 0;
  double simulated_s = 0;
  bool breaks = false;
  std::string first;  // what is saturated first there, or the threshold that fails
};

struct SaturateRequest {
  std::string axis = "load";
  bool is_load = true;
  bool is_profile = false;     // the workload runs its course, instead of every scenario being held at its peak
  bool whole_numbers = false;  // of the axis: tenants, connections
  double load = 1;             // where the axis is a parameter
  std::optional<double> from;
  std::optional<double> to;
  std::size_t depth = 3;  // how many resources are found, each after the one before is relieved
  std::size_t replications = 10;
  std::uint64_t seed = 1;
  const Engine* engine = nullptr;  // as in RunSettings; bounds are measured here all the same
  double completions = 2000;       // of the scarcest resource, in a replication
  std::vector<Threshold> thresholds;
  std::function<void(const EvaluationNote&)> on_evaluation;  // may be empty
};

struct Saturated {
  Estimate at;                         // on the axis
  std::vector<double> by_replication;  // what `at` is the mean of
  Estimate throughput_per_s;           // completed requests there
  std::string resource;                // "" where a threshold or nothing limits
  std::string limited_by;              // resource, threshold, none_up_to
  std::string threshold;               // the one that fails
  Sign sign = Sign::none;
  std::optional<Interval> window_s;  // of a profile, from its start: where the sign was first seen
  double agreeing = 0;               // share of replications in which it was the first
  Cause cause;
  std::vector<ResourceSummary> resources;  // at the smallest value that breaks; empty where nothing does
  std::string relieved_by;
  double bound_at = 0;  // of the bound with what was relieved before
  std::string bound_resource;
};

struct SaturateResult {
  std::vector<Saturated> order;  // first, then what comes next; one entry at least
  RunSummary below;              // at half capacity, for latencies
  double below_at = 0;
  std::size_t evaluations = 0;
};

[[nodiscard]] SaturateResult saturate(const ModelAt& model_at, const SaturateRequest& request, Executor& executor);

}  // namespace loadstone
