#include "sim/experiment/warmup.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "sim/experiment/horizon.hpp"
#include "sim/experiment/replications.hpp"
#include "sim/stats/mser.hpp"

namespace loadstone {

namespace {

constexpr std::size_t kPilots = 4;
constexpr std::size_t kBlocks = 200;
constexpr std::size_t kFewestBlocks = 20;
constexpr double kEventsPerBlock = 5;  // the 5 of MSER-5

// Of one flow or resource, over all pilots: what is averaged, and over how much, in each block.
struct Series {
  std::string of;
  std::vector<double> sums = std::vector<double>(kBlocks);
  std::vector<double> weights = std::vector<double>(kBlocks);
  double events = 0;
};

// Neighbours are taken together until each block has enough events; nothing if hardly any are left. A block without
// weight repeats the one before it.
std::vector<double> blocks_of(const Series& series) {
  const double wanted = series.events / kEventsPerBlock;
  if (wanted < static_cast<double>(kFewestBlocks)) {
    return {};
  }
  const std::size_t together = wanted >= kBlocks ? 1 : static_cast<std::size_t>(kBlocks / wanted) + 1;
  std::vector<double> blocks;
  for (std::size_t first = 0; first + together <= kBlocks; first += together) {
    double sum = 0;
    double weight = 0;
    for (std::size_t i = first; i < first + together; ++i) {
      sum += series.sums[i];
      weight += series.weights[i];
    }
    blocks.push_back(weight > 0 ? sum / weight : blocks.empty() ? 0 : blocks.back());
  }
  return blocks;
}

Series latencies_of(const Model& model, FlowId flow, std::span<const Observations> pilots) {
  Series series{.of = "flow '" + model.flows[flow].name + "'"};
  for (const Observations& o : pilots) {
    const FlowStats& stats = o.flows[flow];
    for (std::size_t i = 0; i < kBlocks; ++i) {
      const LatencySoFar& from = stats.latency_at_edge[i];
      const LatencySoFar& to = stats.latency_at_edge[i + 1];
      series.sums[i] += to_double(to.sum - from.sum);
      series.weights[i] += static_cast<double>(to.count - from.count);
    }
    series.events += static_cast<double>(stats.latency_at_edge.back().count) / static_cast<double>(pilots.size());
  }
  return series;
}

Series levels_of(const Model& model, RowId row, std::span<const Observations> pilots) {
  Series series{.of = "resource '" + model.resources[row]->name + "'"};
  for (const Observations& o : pilots) {
    const std::vector<Totals>& edges = o.resources[row].meter.at_edge;
    for (std::size_t i = 0; i < kBlocks; ++i) {
      const Totals block = edges[i + 1] - edges[i];
      series.sums[i] += to_double(block.in_use_area + block.waiting_area);
      series.weights[i] += 1;
    }
    series.events += static_cast<double>(edges.back().arrivals) / static_cast<double>(pilots.size());
  }
  return series;
}

}  // namespace

WarmedHorizon warmed_horizon(const Workload& workload, const Model& model, const RunSettings& settings,
                             Executor& executor) {
  WarmedHorizon warmed{horizon_of(workload, model), {}};
  Warmup& warmup = warmed.warmup;
  warmup.by = workload.warmup ? Warmup::By::workload : Warmup::By::rule;
  if (!workload.detects_warmup) {
    return warmed;
  }
  warmup.by = Warmup::By::detection;
  Horizon from_start = warmed.horizon;
  from_start.warmup = {};
  from_start.blocks = kBlocks;
  RunSettings pilot = settings;
  pilot.drain = false;
  const std::vector<Observations> pilots = run_replications(model, pilot, from_start, kPilots, executor);
  if (executor.interrupted()) {
    return warmed;
  }
  double longest = 0;  // share of the run
  const auto look_at = [&](const Series& series) {
    const std::vector<double> blocks = blocks_of(series);
    const double share =
        blocks.empty() ? 0 : static_cast<double>(mser_truncation(blocks)) / static_cast<double>(blocks.size());
    if (share > longest) {
      longest = share;
      warmup.longest = series.of;
    }
  };
  for (FlowId flow = 0; flow < model.flows.size(); ++flow) {
    look_at(latencies_of(model, flow, pilots));
  }
  for (RowId row = 0; row < model.resources.size(); ++row) {
    look_at(levels_of(model, row, pilots));
  }
  warmup.stationary = longest <= 0.5;
  if (warmup.stationary) {
    warmed.horizon.warmup = whole_ns(longest * static_cast<double>(warmed.horizon.end.ns));
  }
  return warmed;
}

}  // namespace loadstone
