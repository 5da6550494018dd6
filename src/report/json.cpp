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
  j["hold_breakdown"] = json_breakdown(r);
  j["demand_ms"] = std::isfinite(r.full_at) ? json_number(r.demand_ms) : Json(nullptr);
  j["saturates_at_load"] = json_number(r.full_at);
  j["saturated"] = r.saturated;
  j["says"] = r.says;
  return j;
}

// Only of a workload that has some.
void add_windows(Json& j, const RunSummary& s) {
  for (const WindowSummary& window : s.windows) {
    Json& w = j["windows"][window.name];
    w["from_s"] = window.during.empty() ? json_number(window.from_s) : Json(nullptr);
    w["until_s"] = window.during.empty() ? json_number(window.until_s) : Json(nullptr);
    w["during"] = text_or_null(window.during);
    w["flows"] = Json::object();
    for (const WindowFlowSummary& flow : window.flows) {
      Json& f = w["flows"][flow.name];
      f["offered"] = flow.counts.offered;
      f["completed"] = flow.counts.completed;
      f["failed"] = flow.counts.failed;
      f["in_flight"] = flow.in_flight;
      f["dropped_iterations"] = flow.counts.dropped;
      f["throughput_per_s"] = window.during.empty() ? json_estimate(flow.throughput_per_s) : Json(nullptr);
      f["failed_share"] = json_estimate(flow.failed_share);
      f["latency_ms"] = json_times(flow.latency);
    }
  }
  for (const FaultSummary& fault : s.faults) {
    Json f = {{"target", fault.target}, {"is", fault.is}, {"at_s", json_number(fault.at_s)}};
    f["for_s"] = json_number(fault.for_s);
    f["recovery"] = Json::object();
    for (const RecoverySummary& recovery : fault.recovery) {
      f["recovery"][recovery.flow] = {{"seconds", json_estimate(recovery.seconds)},
                                      {"recovered", recovery.recovered},
                                      {"looked_at", recovery.looked_at}};
    }
    j["faults"].push_back(std::move(f));
  }
}

Json precision(const std::optional<PrecisionResult>& p) {
  if (!p) {
    return nullptr;
  }
  return {{"asked", json_number(p->goal.relative)},
          {"reached", json_number(p->widest.relative)},
          {"widest", text_or_null(p->widest.figure)}};
}

Json warmup(const Warmup& w) {
  const char* by = w.by == Warmup::By::workload ? "workload" : w.by == Warmup::By::rule ? "rule" : "detection";
  return {{"by", by},
          {"longest", text_or_null(w.longest)},
          {"stationary", w.by == Warmup::By::detection ? Json(w.stationary) : Json(nullptr)}};
}

}  // namespace

void add_run(Json& j, const RunResult& result) {
  const RunSummary& s = result.summary;
  j["fingerprint"] = hex(s.fingerprint);
  j["simulated_s"] = json_number(s.simulated_s);
  j["warmup_s"] = json_number(s.warmup_s);
  j["warmup"] = warmup(result.warmup);
  j["precision"] = precision(result.precision);
  j["events"] = s.events;
  j["replications"] = s.replications;
  j["verdict"] = {{"saturated", result.saturated},
                  {"stable", result.stable},
                  {"first", text_or_null(result.first)},
                  {"summary", result.verdict}};
  j["flows"] = Json::object();
  for (const FlowSummary& flow : s.flows) {
    if (flow.sample.offered > 0) {
      j["flows"][flow.name] = json_flow(flow);
    }
  }
  add_windows(j, s);
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

std::string to_json(const RunResult& result, const std::string& why) {
  Json j = json_header("run", result.identity);
  add_run(j, result);
  if (!why.empty()) {
    j["why"] = json_why(result.summary.resources, why);
  }
  return j.dump(2) + "\n";
}

}  // namespace loadstone::report
