#include "src/report/json.hpp"

#include <cmath>

#include "src/report/json_parts.hpp"

namespace loadstone::report {

namespace {

Json json_flow(const FlowSummary& flow) {
  Json j;
  j["offered"] = flow.sample.offered;
  j["started"] = flow.sample.started;
  j["completed"] = flow.sample.completed;
  j["failed"] = flow.sample.failed;
  j["in_flight"] = flow.in_flight;
  j["dropped_iterations"] = flow.sample.dropped;
  j["errors"] = Json::object();
  for (const auto& [name, count] : flow.errors) {
    j["errors"][name] = count;
  }
  j["throughput_per_s"] = json_estimate(flow.throughput_per_s);
  j["failed_share"] = json_estimate(flow.failed_share);
  j["latency_ms"] = json_times(flow.latency);
  j["failure_ms"] = json_times(flow.failure);
  return j;
}

Json json_resource(const ResourceSummary& r) {
  Json j;
  j["kind"] = r.kind;
  j["capacity"] = json_number(r.capacity);
  j["utilization"] = json_estimate(r.utilization);
  j["in_use"] = json_estimate(r.in_use);
  j["queue_length"] = json_estimate(r.queue_length);
  j["members"] = r.members;
  if (r.members > 1) {
    j["worst_member"] = {{"member", r.worst_label}, {"utilization", json_number(r.worst_utilization)}};
  }
  j["arrivals"] = r.arrivals;
  j["refused"] = r.refused;
  j["timed_out"] = r.timed_out;
  j["throughput_per_s"] = json_estimate(r.throughput_per_s);
  j["wait_ms"] = json_times(r.wait);
  j["waited_share"] = json_estimate(r.waited_share);
  j["full_share"] = json_estimate(r.full_share);
  j["blocked_share"] = json_estimate(r.blocked_share);
  j["hold_ms"] = json_times(r.hold);
  j["hold_breakdown"] = Json::array();
  for (const BreakdownRow& row : r.breakdown) {
    Json b;
    b["resource"] = row.resource.empty() ? Json(nullptr) : Json(row.resource);
    b["state"] = row.state;
    b["share"] = json_number(row.share);
    j["hold_breakdown"].push_back(std::move(b));
  }
  j["demand_ms"] = std::isfinite(r.full_at) ? json_number(r.demand_ms) : Json(nullptr);
  j["saturates_at_load"] = json_number(r.full_at);
  j["saturated"] = r.saturated;
  j["says"] = r.says;
  return j;
}

}  // namespace

void add_run(Json& j, const RunResult& result) {
  const RunSummary& s = result.summary;
  j["fingerprint"] = hex(s.fingerprint);
  j["simulated_s"] = json_number(s.simulated_s);
  j["warmup_s"] = json_number(s.warmup_s);
  j["events"] = s.events;
  j["replications"] = s.replications;
  j["verdict"] = {{"saturated", result.saturated},
                  {"stable", result.stable},
                  {"first", result.first.empty() ? Json(nullptr) : Json(result.first)},
                  {"summary", result.verdict}};
  j["flows"] = Json::object();
  for (const FlowSummary& flow : s.flows) {
    if (flow.sample.offered > 0) {
      j["flows"][flow.name] = json_flow(flow);
    }
  }
  j["resources"] = Json::object();
  for (const ResourceSummary& r : s.resources) {
    j["resources"][r.name] = json_resource(r);
  }
  j["marks"] = Json::object();
  for (const auto& [name, count] : s.marks) {
    j["marks"][name] = count;
  }
  j["cost"] = {{"fixed_usd_month", json_number(result.cost.fixed_usd_month)},
               {"variable_usd_month", json_number(result.cost.variable_usd_month)},
               {"llm_usd", json_number(result.cost.llm_usd)}};
  j["thresholds"] = Json::array();
  for (const ThresholdResult& t : result.thresholds) {
    j["thresholds"].push_back(
        {{"metric", t.metric}, {"threshold", t.expression}, {"actual", json_estimate(t.actual)}, {"ok", t.ok}});
  }
  j["warnings"] = result.warnings;
}

std::string to_json(const RunResult& result) {
  Json j = json_header("run", result.identity);
  add_run(j, result);
  return j.dump(2) + "\n";
}

}  // namespace loadstone::report
