#include "sim/analysis/run_summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/analysis/summary_parts.hpp"

namespace loadstone {

namespace detail {

namespace {

constexpr double kMs = 1e6;

}  // namespace

Estimate over(std::span<const Observations> replications, const PerReplication& figure) {
  std::vector<double> values;
  for (const Observations& o : replications) {
    values.push_back(figure(o));
  }
  return estimate_mean(values);
}

Estimate ratio_over(std::span<const Observations> replications, const PerReplication& above,
                    const PerReplication& below) {
  std::vector<double> numerators;
  std::vector<double> denominators;
  for (const Observations& o : replications) {
    numerators.push_back(above(o));
    denominators.push_back(below(o));
  }
  return estimate_ratio(numerators, denominators);
}

TimesSummary summarize_times(const std::vector<const Histogram*>& parts, std::span<const double> quantiles) {
  TimesSummary summary;
  Histogram all;
  std::vector<double> means;
  std::vector<double> deviations;
  for (const Histogram* part : parts) {
    all.merge(*part);
    if (part->count() > 0) {
      means.push_back(part->mean() / kMs);
      deviations.push_back(std::sqrt(part->variance()) / kMs);
    }
  }
  summary.count = all.count();
  summary.max_ms = static_cast<double>(all.max()) / kMs;
  summary.mean_ms = estimate_mean(means);
  summary.std_ms = estimate_mean(deviations);
  if (all.count() > 0) {
    summary.mean_ms.value = all.mean() / kMs;
    summary.std_ms.value = std::sqrt(all.variance()) / kMs;
  }
  for (const double q : quantiles) {
    std::vector<double> values;
    for (const Histogram* part : parts) {
      if (part->count() > 0) {
        values.push_back(static_cast<double>(part->quantile(q)) / kMs);
      }
    }
    Estimate estimate = estimate_mean(values);
    if (all.count() > 0) {
      const std::int64_t pooled = all.quantile(q);
      estimate.value = static_cast<double>(pooled) / kMs;
      estimate = widened_to(estimate, static_cast<double>(Histogram::bucket_width_at(pooled)) / kMs);
    }
    summary.quantiles_ms.emplace_back(q, std::move(estimate));
  }
  return summary;
}

}  // namespace detail

namespace {

using detail::over;
using detail::ratio_over;
using detail::summarize_times;

double seconds_measured(const Observations& o) {
  return (o.measured_until - o.measured_from).seconds();
}

FlowSummary summarize_flow(const Model& model, FlowId id, std::span<const Observations> replications,
                           std::span<const double> quantiles) {
  FlowSummary summary;
  summary.name = model.flows[id].name;
  std::vector<const Histogram*> latencies;
  std::vector<const Histogram*> failures;
  for (const Observations& o : replications) {
    const FlowStats& flow = o.flows[id];
    summary.sample.offered += flow.sample.offered;
    summary.sample.started += flow.sample.started;
    summary.sample.completed += flow.sample.completed;
    summary.sample.failed += flow.sample.failed;
    summary.sample.dropped += flow.sample.dropped;
    for (std::size_t error = 0; error < flow.errors.size(); ++error) {
      if (flow.errors[error] > 0) {
        summary.errors[model.errors[error]] += flow.errors[error];
      }
    }
    latencies.push_back(&flow.latency);
    failures.push_back(&flow.failure);
  }
  summary.in_flight =
      summary.sample.offered - summary.sample.completed - summary.sample.failed - summary.sample.dropped;
  summary.throughput_per_s = over(replications, [&](const Observations& o) {
    return static_cast<double>(o.flows[id].completed_in_window) / seconds_measured(o);
  });
  summary.failed_share = ratio_over(
      replications,
      [&](const Observations& o) {
        return static_cast<double>(o.flows[id].sample.failed + o.flows[id].sample.dropped);
      },
      [&](const Observations& o) {
        const FlowCounts& s = o.flows[id].sample;
        return static_cast<double>(s.failed + s.completed + s.dropped);
      });
  summary.latency = summarize_times(latencies, quantiles);
  summary.failure = summarize_times(failures, quantiles);
  return summary;
}

std::vector<BreakdownRow> summarize_breakdown(const Model& model, RowId row,
                                              std::span<const Observations> replications) {
  Breakdown all;
  for (const Observations& o : replications) {
    all.merge(o.resources[row].meter.breakdown);
  }
  static constexpr const char* kStates[] = {"own", "waiting", "served"};
  std::vector<BreakdownRow> rows;
  const double total = to_double(all.total());
  for (const Breakdown::Row& r : all.rows()) {
    rows.push_back({r.doing == Doing::own ? "" : model.resources[r.on]->name,
                    kStates[static_cast<std::size_t>(r.doing)], total > 0 ? to_double(r.ns) / total : 0});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.share > b.share; });
  return rows;
}

void add_demand(const ResourcePlan& plan, std::span<const Observations> replications, ResourceSummary& summary) {
  summary.full_at = std::numeric_limits<double>::infinity();
  if (!plan.in_bound || std::isinf(summary.capacity)) {
    return;
  }
  double waiting = 0;
  for (const BreakdownRow& row : summary.breakdown) {
    waiting += row.state == "waiting" ? row.share : 0;
  }
  double per_s = 0;
  for (const Observations& o : replications) {
    per_s += static_cast<double>(o.entered) / seconds_measured(o) / static_cast<double>(replications.size());
  }
  const double busy = summary.in_use.value * (1 - waiting);
  if (busy > 0 && per_s > 0) {
    summary.demand_ms = busy / per_s * 1e3;
    summary.full_at = summary.capacity * static_cast<double>(std::max<std::uint64_t>(1, summary.members)) / busy;
  }
}

ResourceSummary summarize_resource(const Model& model, RowId row, std::span<const Observations> replications,
                                   std::span<const double> quantiles) {
  const ResourcePlan& plan = *model.resources[row];
  ResourceSummary summary;
  summary.name = plan.name;
  summary.kind = plan.kind;
  summary.capacity = plan.is_limited() ? plan.capacity : std::numeric_limits<double>::infinity();
  std::vector<const Histogram*> waits;
  std::vector<const Histogram*> holds;
  for (const Observations& o : replications) {
    const ResourceObservations& r = o.resources[row];
    const Totals window = window_of(r.meter);
    summary.arrivals += window.arrivals;
    summary.refused += window.refused;
    summary.timed_out += window.timed_out;
    if (r.members > summary.members) {
      summary.members = r.members;
    }
    if (summary.worst_label.empty() || r.worst.utilization > summary.worst_utilization) {
      summary.worst_label = r.worst.label;
      summary.worst_utilization = r.worst.utilization;
    }
    waits.push_back(&r.meter.wait);
    holds.push_back(&r.meter.hold);
  }
  const auto window_ns = [](const Observations& o) {
    return static_cast<double>((o.measured_until - o.measured_from).ns);
  };
  const auto members = [row](const Observations& o) {
    return static_cast<double>(std::max<std::uint64_t>(1, o.resources[row].members));
  };
  const auto total = [row](const Observations& o) { return window_of(o.resources[row].meter); };
  summary.in_use =
      over(replications, [&](const Observations& o) { return to_double(total(o).in_use_area) / window_ns(o); });
  summary.queue_length =
      over(replications, [&](const Observations& o) { return to_double(total(o).waiting_area) / window_ns(o); });
  summary.utilization = over(replications, [&](const Observations& o) {
    return std::isinf(summary.capacity)
               ? 0.0
               : to_double(total(o).in_use_area) / window_ns(o) / (summary.capacity * members(o));
  });
  summary.full_share = over(
      replications, [&](const Observations& o) { return to_double(total(o).full_time) / window_ns(o) / members(o); });
  summary.blocked_share = over(replications, [&](const Observations& o) {
    return to_double(total(o).blocked_time) / window_ns(o) / members(o);
  });
  summary.throughput_per_s = over(replications, [&](const Observations& o) {
    return static_cast<double>(total(o).completed) / seconds_measured(o);
  });
  summary.waited_share = ratio_over(
      replications, [&](const Observations& o) { return static_cast<double>(total(o).waited); },
      [&](const Observations& o) { return static_cast<double>(total(o).granted); });
  summary.wait = summarize_times(waits, quantiles);
  summary.hold = summarize_times(holds, quantiles);
  summary.breakdown = summarize_breakdown(model, row, replications);
  add_demand(plan, replications, summary);
  return summary;
}

}  // namespace

const Estimate* TimesSummary::quantile(double probability) const {
  const auto at = std::find_if(quantiles_ms.begin(), quantiles_ms.end(),
                               [&](const auto& quantile) { return quantile.first == probability; });
  return at == quantiles_ms.end() ? nullptr : &at->second;
}

Totals window_of(const Meter& meter) {
  return meter.at_edge.empty() ? Totals{} : meter.at_edge.back() - meter.at_edge.front();
}

RunSummary summarize(const Model& model, std::span<const Observations> replications,
                     std::span<const double> quantiles) {
  RunSummary summary;
  summary.replications = replications.size();
  for (FlowId flow = 0; flow < model.flows.size(); ++flow) {
    summary.flows.push_back(summarize_flow(model, flow, replications, quantiles));
  }
  for (RowId row = 0; row < model.resources.size(); ++row) {
    summary.resources.push_back(summarize_resource(model, row, replications, quantiles));
  }
  summary.windows = detail::summarize_windows(model, replications, quantiles);
  summary.faults = detail::summarize_faults(model, replications);
  for (const Observations& o : replications) {
    for (std::size_t i = 0; i < o.marks.size(); ++i) {
      summary.marks[model.marks[i]] += o.marks[i];
    }
    summary.events += o.events;
    summary.fingerprint = (summary.fingerprint ^ o.fingerprint) * 0xd6e8feb86659fd93ULL;
    summary.llm_usd += to_double(o.spent_nano_usd) * 1e-9 / static_cast<double>(replications.size());
    if (!o.stopped.empty() &&
        std::find(summary.stopped.begin(), summary.stopped.end(), o.stopped) == summary.stopped.end()) {
      summary.stopped.push_back(o.stopped);
    }
  }
  if (!replications.empty()) {
    summary.simulated_s = (replications.front().measured_until - SimTime{}).seconds();
    summary.warmup_s = (replications.front().measured_from - SimTime{}).seconds();
  }
  return summary;
}

}  // namespace loadstone
