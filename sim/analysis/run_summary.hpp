// sim/analysis/run_summary.hpp
//
// What several replications of one model say: every figure with its confidence interval over the replications.
//
// Units. Seconds, milliseconds and counts as the names say.
// Order. Flows, resources and marks are in the model's order; sums run in the order of the replications.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/model.hpp"
#include "sim/observe/observations.hpp"
#include "sim/stats/estimate.hpp"

namespace loadstone {

// A distribution of times. Quantiles are those of all replications together; their intervals come from the
// replications' own quantiles and are never finer than a histogram's bucket.
struct TimesSummary {
  Estimate mean_ms;
  Estimate std_ms;
  std::vector<std::pair<double, Estimate>> quantiles_ms;  // by probability, ascending
  double max_ms = 0;
  std::uint64_t count = 0;

  // nullptr if it was not asked for.
  [[nodiscard]] const Estimate* quantile(double probability) const;
};

struct FlowSummary {
  std::string name;
  FlowCounts sample;
  std::uint64_t in_flight = 0;  // sampled requests that had not ended
  std::map<std::string, std::uint64_t> errors;
  Estimate throughput_per_s;
  Estimate failed_share;  // of those that ended
  TimesSummary latency;
  TimesSummary failure;
};

// The requests of one flow that arrived while a window was open.
struct WindowFlowSummary {
  std::string name;
  FlowCounts counts;
  std::uint64_t in_flight = 0;
  Estimate throughput_per_s;  // completions while it was open; not of a window that a schedule opens
  Estimate failed_share;      // of those that ended
  TimesSummary latency;
};

struct WindowSummary {
  std::string name;
  std::string during;  // the schedule that opens it
  double from_s = 0;   // both without a schedule
  double until_s = 0;
  std::vector<WindowFlowSummary> flows;  // those with arrivals in it
};

// How a flow came back after a fault: from its end until the first second in which nine of ten arrivals complete no
// slower than 1.1 x the 95th percentile before it began.
struct RecoverySummary {
  std::string flow;
  Estimate seconds;           // over the replications in which it came back
  std::size_t recovered = 0;  // how many those are
  std::size_t looked_at = 0;  // replications with requests before it and arrivals after it
};

struct FaultSummary {
  std::string target;
  std::string is;
  double at_s = 0;
  double for_s = 0;  // infinite: to the end of the run, or as long as a failover takes
  std::vector<RecoverySummary> recovery;
};

struct BreakdownRow {
  std::string resource;  // "" for its own doing
  std::string state;     // own, waiting, served
  double share = 0;
};

struct ResourceSummary {
  std::string name;
  std::string kind;
  double capacity = 0;  // of one member; infinite where there is no limit
  std::uint64_t members = 0;
  std::string worst_label;
  double worst_utilization = 0;
  Estimate utilization;
  Estimate in_use;
  Estimate queue_length;
  Estimate full_share;     // of time
  Estimate blocked_share;  // of time with somebody in line
  Estimate throughput_per_s;
  std::uint64_t arrivals = 0;
  std::uint64_t refused = 0;
  std::uint64_t timed_out = 0;
  Estimate waited_share;  // of those who were admitted
  TimesSummary wait;
  TimesSummary hold;
  std::vector<BreakdownRow> breakdown;  // largest first
  // Busy time per request that enters, without what holders spend waiting elsewhere; 0 where it is no demand of
  // requests, and then `full_at` is infinite.
  double demand_ms = 0;
  double full_at = 0;             // the load at which that fills it, by proportion; in multiples of the one of the run
  bool saturated = false;         // by the verdict on the run
  std::vector<std::string> says;  // the real component's messages to those whom it refused or who waited too long
};

struct RunSummary {
  std::vector<FlowSummary> flows;
  std::vector<ResourceSummary> resources;
  std::vector<WindowSummary> windows;
  std::vector<FaultSummary> faults;
  std::map<std::string, std::uint64_t> marks;
  double simulated_s = 0;
  double warmup_s = 0;
  std::uint64_t events = 0;
  std::size_t replications = 0;
  std::uint64_t fingerprint = 0;
  double llm_usd = 0;                // spent on the window's requests, mean over the replications
  std::vector<std::string> stopped;  // why runs ended early, each reason once
};

[[nodiscard]] RunSummary summarize(const Model& model, std::span<const Observations> replications,
                                   std::span<const double> quantiles);

inline constexpr double kDefaultQuantiles[] = {0.5, 0.9, 0.95, 0.99};

// The totals of a row over the measured window.
[[nodiscard]] Totals window_of(const Meter& meter);

}  // namespace loadstone
