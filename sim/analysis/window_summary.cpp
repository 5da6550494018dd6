// What flows did in the windows of a workload, and how they came back after its faults.
#include <algorithm>
#include <limits>
#include <optional>

#include "sim/analysis/summary_parts.hpp"

namespace loadstone::detail {

namespace {

double seconds_at(SimTime at) {
  return static_cast<double>(at.ns) / 1e9;
}

// How long a window was open within what was measured.
double seconds_open(const FlowWindow& window, const Observations& o) {
  const SimTime from = std::max(window.from, o.measured_from);
  const SimTime until = std::min(window.until, o.measured_until);
  return from < until ? (until - from).seconds() : 0;
}

WindowFlowSummary summarize_flow(const Model& model, FlowId flow, std::size_t window,
                                 std::span<const Observations> replications, std::span<const double> quantiles) {
  WindowFlowSummary summary;
  summary.name = model.flows[flow].name;
  const auto of = [&](const Observations& o) -> const WindowStats& { return o.flows[flow].windows[window]; };
  std::vector<const Histogram*> latencies;
  for (const Observations& o : replications) {
    summary.counts.offered += of(o).offered;
    summary.counts.completed += of(o).completed;
    summary.counts.failed += of(o).failed;
    summary.counts.dropped += of(o).dropped;
    latencies.push_back(&of(o).latency);
  }
  summary.counts.started = summary.counts.offered - summary.counts.dropped;
  summary.in_flight = summary.counts.started - summary.counts.completed - summary.counts.failed;
  const FlowWindow& open = model.windows[window];
  if (open.during.empty()) {
    summary.throughput_per_s = over(replications, [&](const Observations& o) {
      return static_cast<double>(of(o).completed_inside) / seconds_open(open, o);
    });
  }
  summary.failed_share = ratio_over(
      replications, [&](const Observations& o) { return static_cast<double>(of(o).failed + of(o).dropped); },
      [&](const Observations& o) { return static_cast<double>(of(o).failed + of(o).dropped + of(o).completed); });
  summary.latency = summarize_times(latencies, quantiles);
  return summary;
}

// The first second in which nine of ten arrivals were well; nothing if there was none.
std::optional<double> back_after(const RecoveryStats& recovery) {
  for (std::size_t second = 0; second < recovery.arrived.size(); ++second) {
    const std::uint64_t arrived = recovery.arrived[second];
    const std::uint64_t well = second < recovery.well.size() ? recovery.well[second] : 0;
    if (arrived > 0 && well * 10 >= arrived * 9) {
      return static_cast<double>(second);
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<WindowSummary> summarize_windows(const Model& model, std::span<const Observations> replications,
                                             std::span<const double> quantiles) {
  std::vector<WindowSummary> summaries;
  for (std::size_t window = 0; window < model.windows.size(); ++window) {
    const FlowWindow& open = model.windows[window];
    WindowSummary& summary = summaries.emplace_back();
    summary.name = open.name;
    summary.during = open.during;
    summary.from_s = seconds_at(open.from);
    summary.until_s = open.until == kEndOfTime && !replications.empty()
                          ? seconds_at(replications.front().measured_until)
                          : seconds_at(open.until);
    for (FlowId flow = 0; flow < model.flows.size(); ++flow) {
      WindowFlowSummary of_flow = summarize_flow(model, flow, window, replications, quantiles);
      if (of_flow.counts.offered > 0) {
        summary.flows.push_back(std::move(of_flow));
      }
    }
  }
  return summaries;
}

std::vector<FaultSummary> summarize_faults(const Model& model, std::span<const Observations> replications) {
  std::vector<FaultSummary> summaries;
  for (std::size_t fault = 0; fault < model.faults.size(); ++fault) {
    const FaultPlan& plan = model.faults[fault];
    FaultSummary& summary = summaries.emplace_back();
    summary.target = plan.target;
    summary.is = to_string(plan.is);
    summary.at_s = seconds_at(plan.from);
    summary.for_s = plan.until == kEndOfTime ? std::numeric_limits<double>::infinity()
                                             : seconds_at(SimTime{} + (plan.until - plan.from));
    for (FlowId flow = 0; flow < model.flows.size(); ++flow) {
      RecoverySummary recovery;
      recovery.flow = model.flows[flow].name;
      std::vector<double> seconds;
      for (const Observations& o : replications) {
        const RecoveryStats& stats = o.flows[flow].recoveries[fault];
        if (!stats.arrived.empty()) {
          ++recovery.looked_at;
          if (const auto back = back_after(stats)) {
            seconds.push_back(*back);
          }
        }
      }
      recovery.recovered = seconds.size();
      recovery.seconds = estimate_mean(seconds);
      if (recovery.looked_at > 0) {
        summary.recovery.push_back(std::move(recovery));
      }
    }
  }
  return summaries;
}

}  // namespace loadstone::detail
