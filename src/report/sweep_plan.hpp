// src/report/sweep_plan.hpp
//
// What a sweep is to find out, and its results as rows: what the store keeps and the files show, without any model.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/analysis/run_summary.hpp"
#include "sim/experiment/compare.hpp"
#include "sim/spec/experiment.hpp"

namespace loadstone::report {

struct PlannedPoint {
  std::string key;  // of everything that its results depend on, but for the replication
  std::string topology;
  std::string workload;
  std::string name;                                         // of the case, "" for a grid
  std::vector<std::pair<std::string, std::string>> varied;  // what differs between points, and its value here

  // What is varied under that name; nullptr if nothing is.
  [[nodiscard]] const std::string* value_of(std::string_view name) const;
  friend bool operator==(const PlannedPoint&, const PlannedPoint&) = default;
};

struct SweepPlan {
  std::string experiment;  // its name, "" without a file
  Method method = Method::run;
  std::uint64_t seed = 1;
  std::size_t replications = 10;
  std::vector<std::string> varied;     // all that differs between points
  std::vector<std::string> flows;      // of all points, each once; the order of the columns
  std::vector<std::string> resources;  // the same
  std::vector<PlannedPoint> points;

  friend bool operator==(const SweepPlan&, const SweepPlan&) = default;
};

// The figures of one flow or resource in a row: their names, with units, and their values; NaN where there is none.
[[nodiscard]] const std::vector<std::string>& flow_figures();
[[nodiscard]] const std::vector<std::string>& resource_figures();

struct RunRow {
  std::uint64_t seed = 1;
  std::size_t replication = 0;
  double simulated_s = 0;
  std::uint64_t events = 0;
  std::string fingerprint;
  std::map<std::string, std::vector<double>> flows;      // by name, in the order of flow_figures()
  std::map<std::string, std::vector<double>> resources;  // the same
};
[[nodiscard]] RunRow run_row(const RunSummary& summary, std::uint64_t seed, std::size_t replication);

struct SearchRow {
  std::uint64_t seed = 1;
  std::string axis;
  Estimate at;
  Estimate throughput_per_s;
  std::string limited_by;
  std::string first;
  std::string cause;
  std::string why;   // for people
  std::string json;  // the whole result
};
[[nodiscard]] SearchRow search_row(const SaturateReport& report);

}  // namespace loadstone::report
