#include "src/report/rows_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "src/report/json_parts.hpp"

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

template <class Summary, std::size_t N>
void add_names(std::string& line, const std::vector<std::string>& names,
               const std::array<Figure<Summary>, N>& figures) {
  for (const std::string& name : names) {
    for (const Figure<Summary>& figure : figures) {
      line += "," + csv_cell(name + "." + figure.name);
    }
  }
}

// Empty cells for what this point does not have.
template <class Summary, std::size_t N>
void add_values(std::string& line, const std::vector<std::string>& names, const std::vector<Summary>& summaries,
                const std::array<Figure<Summary>, N>& figures) {
  for (const std::string& name : names) {
    const auto at = std::find_if(summaries.begin(), summaries.end(), [&](const Summary& s) { return s.name == name; });
    for (const Figure<Summary>& figure : figures) {
      line += ',';
      const double value = at == summaries.end() ? NAN : figure.value(*at);
      if (std::isfinite(value)) {
        line += fmt::format("{}", value);
      }
    }
  }
}

// The columns that every row begins with.
std::string left_header(const std::vector<std::string>& varied) {
  std::string line = "point,topology,workload,case";
  for (const std::string& name : varied) {
    line += "," + csv_cell(name);
  }
  return line;
}

std::string left_cells(std::size_t index, const SweepPoint& point, const Identity& identity,
                       const std::vector<std::string>& varied) {
  std::string line =
      fmt::format("{},{},{},{}", index, csv_cell(identity.topology), csv_cell(identity.workload), csv_cell(point.name));
  for (const std::string& name : varied) {
    const std::string* value = point.value_of(name);
    line += "," + (value == nullptr ? "" : csv_cell(*value));
  }
  return line;
}

}  // namespace

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + "\"";
}

RowsCsv::RowsCsv(std::vector<std::string> varied, std::vector<std::string> flows, std::vector<std::string> resources)
    : varied_(std::move(varied)), flows_(std::move(flows)), resources_(std::move(resources)) {}

std::string RowsCsv::header() const {
  std::string line = left_header(varied_);
  line += ",seed,replication,simulated_s,events,fingerprint";
  add_names(line, flows_, kFlowFigures);
  add_names(line, resources_, kResourceFigures);
  return line + "\n";
}

std::string RowsCsv::row(std::size_t index, const SweepPoint& point, const Identity& identity, std::size_t replication,
                         const RunSummary& summary) const {
  std::string line = left_cells(index, point, identity, varied_);
  line += fmt::format(",{},{},{},{},{}", identity.seed, replication, summary.simulated_s, summary.events,
                      hex(summary.fingerprint));
  add_values(line, flows_, summary.flows, kFlowFigures);
  add_values(line, resources_, summary.resources, kResourceFigures);
  return line + "\n";
}

std::string search_header(const std::vector<std::string>& varied) {
  return left_header(varied) +
         ",seed,axis,at,at_lo,at_hi,throughput_per_s,throughput_per_s_lo,throughput_per_s_hi,limited_by,first,cause\n";
}

std::string search_row(std::size_t index, const SweepPoint& point, const std::vector<std::string>& varied,
                       const SaturateReport& report) {
  const Saturated& first = report.result.order.front();
  const auto figure = [](const Estimate& e) {
    return "," + format_number(e.value) + "," + (e.ci ? format_number(e.ci->lo) : "") + "," +
           (e.ci ? format_number(e.ci->hi) : "");
  };
  return left_cells(index, point, report.identity, varied) +
         fmt::format(",{},{}", report.identity.seed, csv_cell(report.axis)) + figure(first.at) +
         figure(first.throughput_per_s) + "," + first.limited_by + "," + csv_cell(first.resource) + "," +
         csv_cell(first.cause.resource) + "\n";
}

}  // namespace loadstone::report
