#include "src/report/sweep_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "src/report/json_parts.hpp"
#include "src/report/text.hpp"

namespace loadstone::report {

namespace {

double quantile(const TimesSummary& times, double q) {
  const Estimate* estimate = times.quantile(q);
  return estimate == nullptr ? 0 : estimate->value;
}

template <class Summary>
struct Figure {
  const char* name;
  double (*value)(const Summary& summary);
};

constexpr std::array kFlowFigures{
    Figure<FlowSummary>{"offered", [](const FlowSummary& f) { return static_cast<double>(f.sample.offered); }},
    Figure<FlowSummary>{"completed", [](const FlowSummary& f) { return static_cast<double>(f.sample.completed); }},
    Figure<FlowSummary>{"failed", [](const FlowSummary& f) { return static_cast<double>(f.sample.failed); }},
    Figure<FlowSummary>{"dropped_iterations",
                        [](const FlowSummary& f) { return static_cast<double>(f.sample.dropped); }},
    Figure<FlowSummary>{"in_flight", [](const FlowSummary& f) { return static_cast<double>(f.in_flight); }},
    Figure<FlowSummary>{"throughput_per_s", [](const FlowSummary& f) { return f.throughput_per_s.value; }},
    Figure<FlowSummary>{"latency_ms.mean", [](const FlowSummary& f) { return f.latency.mean_ms.value; }},
    Figure<FlowSummary>{"latency_ms.p50", [](const FlowSummary& f) { return quantile(f.latency, 0.5); }},
    Figure<FlowSummary>{"latency_ms.p95", [](const FlowSummary& f) { return quantile(f.latency, 0.95); }},
    Figure<FlowSummary>{"latency_ms.p99", [](const FlowSummary& f) { return quantile(f.latency, 0.99); }},
    Figure<FlowSummary>{"latency_ms.max", [](const FlowSummary& f) { return f.latency.max_ms; }}};

constexpr std::array kResourceFigures{
    Figure<ResourceSummary>{"utilization", [](const ResourceSummary& r) { return r.utilization.value; }},
    Figure<ResourceSummary>{"in_use", [](const ResourceSummary& r) { return r.in_use.value; }},
    Figure<ResourceSummary>{"queue_length", [](const ResourceSummary& r) { return r.queue_length.value; }},
    Figure<ResourceSummary>{"full_share", [](const ResourceSummary& r) { return r.full_share.value; }},
    Figure<ResourceSummary>{"arrivals", [](const ResourceSummary& r) { return static_cast<double>(r.arrivals); }},
    Figure<ResourceSummary>{"refused", [](const ResourceSummary& r) { return static_cast<double>(r.refused); }},
    Figure<ResourceSummary>{"timed_out", [](const ResourceSummary& r) { return static_cast<double>(r.timed_out); }},
    Figure<ResourceSummary>{"wait_ms.mean", [](const ResourceSummary& r) { return r.wait.mean_ms.value; }},
    Figure<ResourceSummary>{"wait_ms.p95", [](const ResourceSummary& r) { return quantile(r.wait, 0.95); }},
    Figure<ResourceSummary>{"hold_ms.mean", [](const ResourceSummary& r) { return r.hold.mean_ms.value; }}};

template <class Figures>
std::vector<std::string> names_of(const Figures& figures) {
  std::vector<std::string> names;
  for (const auto& figure : figures) {
    names.emplace_back(figure.name);
  }
  return names;
}

template <class Summary, class Figures>
std::map<std::string, std::vector<double>> values_of(const std::vector<Summary>& summaries, const Figures& figures) {
  std::map<std::string, std::vector<double>> values;
  for (const Summary& summary : summaries) {
    for (const auto& figure : figures) {
      values[summary.name].push_back(figure.value(summary));
    }
  }
  return values;
}

// Where the chain of waiting ends, and what its holders do there.
std::string why(const Cause& cause) {
  if (cause.resource.empty()) {
    return "-";
  }
  return cause.on.empty() || cause.on == cause.resource ? cause.resource
                                                        : fmt::format("{} {}", cause.on, percent(cause.share));
}

}  // namespace

const std::string* PlannedPoint::value_of(std::string_view wanted) const {
  const auto at = std::find_if(varied.begin(), varied.end(), [&](const auto& v) { return v.first == wanted; });
  return at == varied.end() ? nullptr : &at->second;
}

const std::vector<std::string>& flow_figures() {
  static const std::vector<std::string> names = names_of(kFlowFigures);
  return names;
}

const std::vector<std::string>& resource_figures() {
  static const std::vector<std::string> names = names_of(kResourceFigures);
  return names;
}

RunRow run_row(const RunSummary& summary, std::uint64_t seed, std::size_t replication) {
  return {.seed = seed,
          .replication = replication,
          .simulated_s = summary.simulated_s,
          .events = summary.events,
          .fingerprint = hex(summary.fingerprint),
          .flows = values_of(summary.flows, kFlowFigures),
          .resources = values_of(summary.resources, kResourceFigures)};
}

SearchRow search_row(const SaturateReport& report) {
  const Saturated& first = report.result.order.front();
  Json json = json_header("sweep", report.identity);
  add_search(json, report);
  return {.seed = report.identity.seed,
          .axis = report.axis,
          .at = first.at,
          .throughput_per_s = first.throughput_per_s,
          .limited_by = first.limited_by,
          .first = first.resource,
          .cause = first.cause.resource,
          .why = why(first.cause),
          .json = json.dump()};
}

}  // namespace loadstone::report
