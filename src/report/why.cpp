#include "src/report/why.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/analysis/cause.hpp"
#include "src/report/json_parts.hpp"
#include "src/report/text.hpp"

namespace loadstone::report {

namespace {

// The links of the chain that were seen, each once; a cycle ends where it closes.
std::vector<const ResourceSummary*> links(const std::vector<ResourceSummary>& resources, const Cause& cause) {
  std::vector<const ResourceSummary*> found;
  for (const std::string& name : cause.chain) {
    const auto at = std::find_if(resources.begin(), resources.end(), [&](const auto& r) { return r.name == name; });
    if (at != resources.end() && std::find(found.begin(), found.end(), &*at) == found.end()) {
      found.push_back(&*at);
    }
  }
  return found;
}

std::string row_in_words(const BreakdownRow& row) {
  if (row.state == "waiting") {
    return "waiting for " + row.resource;
  }
  return row.state == "served" ? "served by " + row.resource : "on work of their own";
}

std::string end_in_words(const Cause& cause) {
  if (cause.state == "cycle") {
    return "holders wait for each other: " + fmt::format("{}", fmt::join(cause.chain, " -> "));
  }
  return "the cause is " + cause.resource + (cause.state == "own" ? ", by what its holders do themselves" : "") +
         (cause.state == "served" && cause.on != cause.resource ? ", by the time that " + cause.on + " takes" : "");
}

}  // namespace

std::string why_on_console(const std::vector<ResourceSummary>& resources, const std::string& resource,
                           const std::string& where) {
  const Cause cause = find_cause(resources, resource);
  std::string text = "\nWHY " + resource + (where.empty() ? "" : ", at " + where) + "\n";
  for (const ResourceSummary* link : links(resources, cause)) {
    const std::string busy = std::isinf(link->capacity) ? "no limit" : percent(link->utilization.value) + " in use";
    text += fmt::format("  {}: {}; {} a hold{}\n", link->name, busy, short_ms(link->hold.mean_ms.value),
                        link->breakdown.empty() ? "" : ", of which");
    for (const BreakdownRow& row : link->breakdown) {
      text += fmt::format("    {:>6} {}\n", percent(row.share), row_in_words(row));
    }
  }
  return text + "  " + end_in_words(cause) + "\n";
}

Json json_why(const std::vector<ResourceSummary>& resources, const std::string& resource) {
  const Cause cause = find_cause(resources, resource);
  Json j = json_cause(cause);
  j["of"] = resource;
  j["links"] = Json::array();
  for (const ResourceSummary* link : links(resources, cause)) {
    j["links"].push_back({{"resource", link->name},
                          {"utilization", json_estimate(link->utilization)},
                          {"hold_ms", json_times(link->hold)},
                          {"hold_breakdown", json_breakdown(*link)}});
  }
  return j;
}

}  // namespace loadstone::report
