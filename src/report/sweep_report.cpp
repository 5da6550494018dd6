#include "src/report/sweep_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "src/report/json_parts.hpp"
#include "src/report/text.hpp"

namespace loadstone::report {

namespace {

constexpr std::size_t kFlowsShown = 3;

std::vector<std::string> left_cells(const SweepReport& report, const SweepPoint& point, const std::string& topology) {
  std::vector<std::string> cells{topology};
  if (!point.name.empty()) {
    cells.front() += " " + point.name;
  }
  for (const std::string& name : report.varied) {
    const std::string* value = point.value_of(name);
    cells.push_back(value == nullptr ? "-" : *value);
  }
  return cells;
}

std::vector<std::string> left_head(const SweepReport& report) {
  std::vector<std::string> head{"topology"};
  head.insert(head.end(), report.varied.begin(), report.varied.end());
  return head;
}

std::string busiest(const RunSummary& summary) {
  const auto at =
      std::max_element(summary.resources.begin(), summary.resources.end(),
                       [](const auto& a, const auto& b) { return a.utilization.value < b.utilization.value; });
  return at == summary.resources.end() ? "-" : fmt::format("{} {}", at->name, percent(at->utilization.value));
}

std::string failed(const RunSummary& summary) {
  double bad = 0;
  double all = 0;
  for (const FlowSummary& f : summary.flows) {
    bad += static_cast<double>(f.sample.failed + f.sample.dropped);
    all += static_cast<double>(f.sample.failed + f.sample.dropped + f.sample.completed);
  }
  return percent(all > 0 ? bad / all : 0);
}

std::string runs_table(const SweepReport& report) {
  std::vector<std::string> flows;
  for (const auto& result : report.runs) {
    for (const FlowSummary& f : result ? result->summary.flows : std::vector<FlowSummary>{}) {
      if (f.sample.offered > 0 && flows.size() < kFlowsShown &&
          std::find(flows.begin(), flows.end(), f.name) == flows.end()) {
        flows.push_back(f.name);
      }
    }
  }
  std::vector<std::vector<std::string>> rows{left_head(report)};
  rows.front().insert(rows.front().end(), {"saturated", "busiest", "failed"});
  for (const std::string& flow : flows) {
    rows.front().push_back(flow + " p95");
  }
  for (std::size_t i = 0; i < report.points.size(); ++i) {
    if (!report.runs[i]) {
      continue;
    }
    const RunResult& r = *report.runs[i];
    std::vector<std::string>& row = rows.emplace_back(left_cells(report, report.points[i], r.identity.topology));
    row.insert(row.end(), {r.first.empty() ? "-" : r.first, busiest(r.summary), failed(r.summary)});
    for (const std::string& flow : flows) {
      row.push_back(latency_p95(r.summary, flow));
    }
  }
  return table(rows);
}

// Where the chain of waiting ends, and what its holders do there.
std::string why(const Cause& cause) {
  if (cause.resource.empty()) {
    return "-";
  }
  return cause.on.empty() || cause.on == cause.resource ? cause.resource
                                                        : fmt::format("{} {}", cause.on, percent(cause.share));
}

std::string searches_table(const SweepReport& report) {
  std::vector<std::vector<std::string>> rows{left_head(report)};
  rows.front().insert(rows.front().end(), {"breaks at", "requests/s", "first to saturate", "why"});
  for (std::size_t i = 0; i < report.points.size(); ++i) {
    if (!report.searches[i]) {
      continue;
    }
    const SaturateReport& s = *report.searches[i];
    const Saturated& first = s.result.order.front();
    std::vector<std::string>& row = rows.emplace_back(left_cells(report, report.points[i], s.identity.topology));
    row.insert(row.end(), {plus_minus(first.at), plus_minus(first.throughput_per_s),
                           first.resource.empty() ? first.limited_by : first.resource, why(first.cause)});
  }
  return table(rows);
}

}  // namespace

bool SweepReport::complete() const {
  const auto has = [](const auto& result) { return result.has_value(); };
  return method == Method::run ? std::all_of(runs.begin(), runs.end(), has)
                               : std::all_of(searches.begin(), searches.end(), has);
}

std::string to_console(const SweepReport& report) {
  const std::string title = report.experiment.empty() ? "SWEEP" : "SWEEP " + report.experiment;
  return fmt::format("{} of {} points, seed {}{}\n\n", title, report.points.size(), report.seed,
                     report.complete() ? "" : "; interrupted: only finished points are shown") +
         (report.method == Method::run ? runs_table(report) : searches_table(report));
}

std::string to_json(const SweepReport& report) {
  Json j;
  j["schema_version"] = 1;
  j["loadstone"] = LOADSTONE_VERSION;
  j["command"] = "sweep";
  j["experiment"] = report.experiment.empty() ? Json(nullptr) : Json(report.experiment);
  j["method"] = report.method == Method::run ? "run" : "saturate";
  j["complete"] = report.complete();
  j["points"] = Json::array();
  for (std::size_t i = 0; i < report.points.size(); ++i) {
    const SweepPoint& point = report.points[i];
    const Identity* identity = report.runs[i]       ? &report.runs[i]->identity
                               : report.searches[i] ? &report.searches[i]->identity
                                                    : nullptr;
    if (identity == nullptr) {
      continue;
    }
    Json p = json_header("sweep", *identity);
    for (const char* key : {"schema_version", "loadstone", "command"}) {
      p.erase(key);
    }
    Json numbered;
    numbered["point"] = i;
    numbered["case"] = point.name.empty() ? Json(nullptr) : Json(point.name);
    numbered["varied"] = Json::object();
    for (const auto& [name, value] : point.varied) {
      numbered["varied"][name] = value;
    }
    numbered.update(p);
    if (report.runs[i]) {
      add_run(numbered, *report.runs[i]);
    } else {
      add_search(numbered, *report.searches[i]);
    }
    j["points"].push_back(std::move(numbered));
  }
  return j.dump(2) + "\n";
}

}  // namespace loadstone::report
