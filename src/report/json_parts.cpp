#include "src/report/json_parts.hpp"

#include <fmt/format.h>

#include <cmath>

namespace loadstone::report {

Json json_number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json json_estimate(const Estimate& estimate) {
  Json j;
  j["value"] = json_number(estimate.value);
  if (estimate.ci) {
    j["ci95"] = {json_number(estimate.ci->lo), json_number(estimate.ci->hi)};
  } else {
    j["ci95"] = nullptr;
    j["why"] = estimate.why;
  }
  return j;
}

Json base_unit(const Dimension& dimension) {
  return dimension == kTime    ? Json("ns")
         : dimension == kRate  ? Json("1/ns")
         : dimension == kBytes ? Json("B")
                               : Json(nullptr);
}

std::string quantile_key(double q) {
  return fmt::format("p{}", std::round(q * 1e10) / 1e8);
}

Json json_times(const TimesSummary& times) {
  Json j;
  j["mean"] = json_estimate(times.mean_ms);
  j["std"] = json_estimate(times.std_ms);
  for (const auto& [q, estimate] : times.quantiles_ms) {
    j[quantile_key(q)] = json_estimate(estimate);
  }
  j["max"] = json_number(times.max_ms);
  j["count"] = times.count;
  return j;
}

std::string hex(std::uint64_t value) {
  return fmt::format("{:016x}", value);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json json_cause(const Cause& cause) {
  Json j;
  j["resource"] = text_or_null(cause.resource);
  j["state"] = text_or_null(cause.state);
  j["on"] = text_or_null(cause.on);
  j["share"] = json_number(cause.share);
  j["chain"] = cause.chain;
  return j;
}

Json json_breakdown(const ResourceSummary& resource) {
  Json j = Json::array();
  for (const BreakdownRow& row : resource.breakdown) {
    j.push_back({{"resource", text_or_null(row.resource)}, {"state", row.state}, {"share", json_number(row.share)}});
  }
  return j;
}

Json json_header(const char* command, const Identity& identity) {
  Json j;
  j["schema_version"] = 1;
  j["loadstone"] = LOADSTONE_VERSION;
  j["command"] = command;
  j["seed"] = identity.seed;
  j["engine"] = identity.engine;
  j["topology"] = identity.topology;
  j["workload"] = identity.workload;
  j["load"] = json_number(identity.load);
  j["params"] = Json::object();
  for (const auto& [name, value] : identity.params) {
    j["params"][name] = value;
  }
  return j;
}

}  // namespace loadstone::report
