#include "sim/experiment/precision.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "sim/experiment/replications.hpp"

namespace loadstone {

namespace {

constexpr double kHeadlineQuantile = 0.95;

double relative_half_width(const Estimate& e) {
  if (!e.ci) {
    return std::numeric_limits<double>::infinity();
  }
  return e.ci->width() == 0 ? 0 : e.ci->width() / 2 / std::abs(e.value);
}

}  // namespace

Widest widest_headline(const RunSummary& summary) {
  Widest widest;
  const auto look_at = [&](const std::string& what, const FlowSummary& flow, const Estimate& e) {
    const double relative = relative_half_width(e);
    if (widest.figure.empty() || relative > widest.relative) {
      widest = {what + " of flow '" + flow.name + "'", relative};
    }
  };
  for (const FlowSummary& flow : summary.flows) {
    if (flow.sample.completed == 0) {
      continue;
    }
    look_at("throughput", flow, flow.throughput_per_s);
    look_at("mean latency", flow, flow.latency.mean_ms);
    if (const Estimate* p95 = flow.latency.quantile(kHeadlineQuantile)) {
      look_at("p95", flow, *p95);
    }
  }
  return widest;
}

std::vector<Observations> run_until_precise(const Model& model, const RunSettings& settings, const Horizon& horizon,
                                            std::size_t replications, const PrecisionGoal& goal, Executor& executor) {
  std::vector<Observations> observed = run_replications(model, settings, horizon, replications, executor);
  while (!executor.interrupted() && observed.size() < goal.most) {
    const double relative = widest_headline(summarize(model, observed, {&kHeadlineQuantile, 1})).relative;
    if (relative <= goal.relative) {
      break;
    }
    // the half-width falls with the root of their number
    const auto now = static_cast<double>(observed.size());
    const double wanted = now * std::min(2.0, (relative / goal.relative) * (relative / goal.relative));
    const auto enough = static_cast<std::size_t>(std::ceil(std::max(now + 1, wanted)));
    std::vector<Observations> more = run_replications(
        model, settings, horizon, std::min(enough, goal.most) - observed.size(), executor, observed.size());
    std::move(more.begin(), more.end(), std::back_inserter(observed));
  }
  return observed;
}

}  // namespace loadstone
