#include "src/report/saturate_json.hpp"

#include "src/report/json_parts.hpp"

namespace loadstone::report {

namespace {

Json json_saturation(const SaturateReport& report) {
  const Saturated& first = report.result.order.front();
  Json j;
  j["axis"] = report.axis;
  j["axis_unit"] = base_unit(report.axis_dimension);
  j["at"] = json_estimate(first.at);
  j["throughput_per_s"] = json_estimate(first.throughput_per_s);
  j["limited_by"] = first.limited_by;
  j["first"] = text_or_null(first.resource);
  j["sign"] = to_string(first.sign);
  j["window_s"] = first.window_s ? Json{first.window_s->lo, first.window_s->hi} : Json(nullptr);
  j["threshold"] = text_or_null(first.threshold);
  j["cause"] = text_or_null(first.cause.resource);
  j["cause_detail"] = json_cause(first.cause);
  j["replications_agreeing"] = json_number(first.agreeing);
  j["robustness"] = nullptr;
  j["order"] = Json::array();
  for (const Saturated& next : report.result.order) {
    Json o;
    o["resource"] = text_or_null(next.resource);
    o["limited_by"] = next.limited_by;
    o["at"] = json_estimate(next.at);
    o["cause"] = text_or_null(next.cause.resource);
    o["relieved_by"] = text_or_null(next.relieved_by);
    j["order"].push_back(std::move(o));
  }
  j["bound"] = {{"at", json_number(first.bound_at)}, {"resource", text_or_null(first.bound_resource)}};
  return j;
}

}  // namespace

void add_search(Json& j, const SaturateReport& report) {
  j["saturation"] = json_saturation(report);
  j["latency_ms"] = Json::object();
  for (const FlowSummary& flow : report.result.below.flows) {
    if (flow.sample.offered > 0) {
      j["latency_ms"][flow.name] = json_times(flow.latency);
    }
  }
  j["latency_at"] = json_number(report.result.below_at);
  j["cost"] = {{"fixed_usd_month", json_number(report.cost.fixed_usd_month)},
               {"llm_usd_per_1000_requests", json_number(report.usd_per_1000)}};
  j["cores"] = json_number(report.cores);
  j["warnings"] = report.warnings;
}

std::string to_json(const SaturateReport& report, const std::string& why) {
  Json j = json_header("saturate", report.identity);
  add_search(j, report);
  if (!why.empty()) {
    const std::vector<ResourceSummary>& resources = report.result.order.front().resources;
    j["why"] = resources.empty() ? Json(nullptr) : json_why(resources, why);
  }
  return j.dump(2) + "\n";
}

std::string to_json(const std::vector<SaturateReport>& reports) {
  Json j = json_header("compare", reports.front().identity);
  j.erase("topology");
  j.erase("params");
  j["architectures"] = Json::array();
  for (const SaturateReport& report : reports) {
    Json a;
    a["topology"] = report.identity.topology;
    add_search(a, report);
    j["architectures"].push_back(std::move(a));
  }
  j["differences"] = Json::array();
  for (const Difference& d : differences(reports)) {
    j["differences"].push_back({{"more", d.more},
                                {"less", d.less},
                                {"at", json_estimate(d.at)},
                                {"clear", d.is_clear},
                                {"variance_gain", json_number(d.variance_gain)}});
  }
  return j.dump(2) + "\n";
}

}  // namespace loadstone::report
