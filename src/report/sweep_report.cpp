#include "src/report/sweep_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "src/report/json_parts.hpp"
#include "src/report/text.hpp"

namespace loadstone::report {

namespace {

constexpr std::size_t kFlowsShown = 3;

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

// What a point is, before its result.
Json point_json(const SweepPlan& plan, std::size_t index) {
  const PlannedPoint& point = plan.points[index];
  Json j;
  j["point"] = index;
  j["case"] = text_or_null(point.name);
  j["varied"] = Json::object();
  for (const auto& [name, value] : point.varied) {
    j["varied"][name] = value;
  }
  return j;
}

// What every document says of itself stands at the top, not at each point.
void add_without_header(Json& j, Json result) {
  for (const char* key : {"schema_version", "loadstone", "command"}) {
    result.erase(key);
  }
  j.update(result);
}

// As one of the points in the document.
std::string indented(const Json& point, bool is_first) {
  std::string text = is_first ? "\n    " : ",\n    ";
  for (const char c : point.dump(2)) {
    text += c;
    if (c == '\n') {
      text += "    ";
    }
  }
  return text;
}

}  // namespace

std::vector<std::string> SweepTable::left_cells(std::size_t index) const {
  const PlannedPoint& point = plan_.points[index];
  std::vector<std::string> cells{point.name.empty() ? point.topology : point.topology + " " + point.name};
  for (const std::string& name : plan_.varied) {
    const std::string* value = point.value_of(name);
    cells.push_back(value == nullptr ? "-" : *value);
  }
  return cells;
}

void SweepTable::add(std::size_t point, const RunResult& result) {
  for (const FlowSummary& f : result.summary.flows) {
    if (f.sample.offered > 0 && flows_.size() < kFlowsShown &&
        std::find(flows_.begin(), flows_.end(), f.name) == flows_.end()) {
      flows_.push_back(f.name);
    }
  }
  std::vector<std::string>& row = rows_.emplace_back(left_cells(point));
  row.insert(row.end(), {result.first.empty() ? "-" : result.first, busiest(result.summary), failed(result.summary)});
  for (const std::string& flow : flows_) {
    row.push_back(latency_p95(result.summary, flow));
  }
}

void SweepTable::add(std::size_t point, const SearchRow& result) {
  std::vector<std::string>& row = rows_.emplace_back(left_cells(point));
  row.insert(row.end(), {plus_minus(result.at), plus_minus(result.throughput_per_s),
                         result.first.empty() ? result.limited_by : result.first, result.why});
}

std::vector<std::string> SweepTable::head() const {
  std::vector<std::string> head{"topology"};
  head.insert(head.end(), plan_.varied.begin(), plan_.varied.end());
  if (plan_.method == Method::saturate) {
    head.insert(head.end(), {"breaks at", "requests/s", "first to saturate", "why"});
    return head;
  }
  head.insert(head.end(), {"saturated", "busiest", "failed"});
  for (const std::string& flow : flows_) {
    head.push_back(flow + " p95");
  }
  return head;
}

std::string SweepTable::text() const {
  const std::string title = plan_.experiment.empty() ? "SWEEP" : "SWEEP " + plan_.experiment;
  std::vector<std::vector<std::string>> lines{head()};
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  for (std::vector<std::string>& line : lines) {
    line.resize(lines.front().size(), "-");  // a flow that showed up later
  }
  return fmt::format("{} of {} points, seed {}{}\n\n", title, plan_.points.size(), plan_.seed,
                     rows_.size() == plan_.points.size() ? "" : "; only finished points are shown") +
         table(lines);
}

std::string SweepJson::begin() const {
  Json j;
  j["schema_version"] = 1;
  j["loadstone"] = LOADSTONE_VERSION;
  j["command"] = "sweep";
  j["experiment"] = text_or_null(plan_.experiment);
  j["method"] = plan_.method == Method::run ? "run" : "saturate";
  j["complete"] = complete_;
  std::string text = j.dump(2);
  text.resize(text.size() - 2);  // still open
  return text + ",\n  \"points\": [";
}

std::string SweepJson::point(std::size_t point, const RunResult& result) {
  Json j = point_json(plan_, point);
  add_without_header(j, json_header("sweep", result.identity));
  add_run(j, result);
  return indented(j, std::exchange(is_empty_, false));
}

std::string SweepJson::point(std::size_t point, const SearchRow& row) {
  Json j = point_json(plan_, point);
  add_without_header(j, Json::parse(row.json));
  return indented(j, std::exchange(is_empty_, false));
}

std::string SweepJson::end() const {
  return is_empty_ ? "]\n}\n" : "\n  ]\n}\n";
}

}  // namespace loadstone::report
