#include "src/report/rows_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace loadstone::report {

namespace {

std::string figure_names(const std::vector<std::string>& names, const std::vector<std::string>& figures) {
  std::string cells;
  for (const std::string& name : names) {
    for (const std::string& figure : figures) {
      cells += "," + csv_cell(name + "." + figure);
    }
  }
  return cells;
}

// Empty cells for what this point does not have.
std::string figure_cells(const std::vector<std::string>& names, std::size_t figures,
                         const std::map<std::string, std::vector<double>>& values) {
  std::string cells;
  for (const std::string& name : names) {
    const auto at = values.find(name);
    for (std::size_t i = 0; i < figures; ++i) {
      cells += ',';
      if (at != values.end() && std::isfinite(at->second[i])) {
        cells += fmt::format("{}", at->second[i]);
      }
    }
  }
  return cells;
}

std::string estimate_cells(const Estimate& figure) {
  return "," + format_number(figure.value) + "," + (figure.ci ? format_number(figure.ci->lo) : "") + "," +
         (figure.ci ? format_number(figure.ci->hi) : "");
}

}  // namespace

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) {
    return text;
  }
  return in_quotes(text, '"');
}

std::string in_quotes(const std::string& text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    quoted.append(c == quote ? 2 : 1, c);
  }
  return quoted + quote;
}

std::string RowsCsv::header() const {
  std::string line = "point,topology,workload,case";
  for (const std::string& name : plan_.varied) {
    line += "," + csv_cell(name);
  }
  if (plan_.method == Method::saturate) {
    return line +
           ",seed,axis,at,at_lo,at_hi,throughput_per_s,throughput_per_s_lo,throughput_per_s_hi,limited_by,first,"
           "cause\n";
  }
  return line + ",seed,replication,simulated_s,events,fingerprint" + figure_names(plan_.flows, flow_figures()) +
         figure_names(plan_.resources, resource_figures()) + "\n";
}

std::string RowsCsv::left_cells(std::size_t index) const {
  const PlannedPoint& point = plan_.points[index];
  std::string line =
      fmt::format("{},{},{},{}", index, csv_cell(point.topology), csv_cell(point.workload), csv_cell(point.name));
  for (const std::string& name : plan_.varied) {
    const std::string* value = point.value_of(name);
    line += "," + (value == nullptr ? "" : csv_cell(*value));
  }
  return line;
}

std::string RowsCsv::line(std::size_t point, const RunRow& row) const {
  return left_cells(point) +
         fmt::format(",{},{},{},{},{}", row.seed, row.replication, row.simulated_s, row.events, row.fingerprint) +
         figure_cells(plan_.flows, flow_figures().size(), row.flows) +
         figure_cells(plan_.resources, resource_figures().size(), row.resources) + "\n";
}

std::string RowsCsv::line(std::size_t point, const SearchRow& row) const {
  return left_cells(point) + fmt::format(",{},{}", row.seed, csv_cell(row.axis)) + estimate_cells(row.at) +
         estimate_cells(row.throughput_per_s) + "," + row.limited_by + "," + csv_cell(row.first) + "," +
         csv_cell(row.cause) + "\n";
}

}  // namespace loadstone::report
