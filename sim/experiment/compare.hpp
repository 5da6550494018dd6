// sim/experiment/compare.hpp
//
// Several architectures under one workload: for each the load at which it breaks, what breaks first and why, what comes
// next, latency at half of it, and what it costs. The same seed gives all of them the same requests.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/run_result.hpp"
#include "sim/experiment/saturate.hpp"
#include "sim/expression/quantity.hpp"

namespace loadstone {

struct SaturateReport {
  Identity identity;
  std::string axis = "load";
  Dimension axis_dimension;  // the values on the axis are in its base unit
  SaturateResult result;
  double cores = 0;
  Cost cost;                // fixed, and of tokens per request at half capacity
  double usd_per_1000 = 0;  // variable cost of 1,000 completed requests
  std::vector<std::string> warnings;
};

// How much later one breaks than another, replication by replication: both saw the same requests.
struct Difference {
  std::string more;  // the one that carries more
  std::string less;
  Estimate at;            // how much more load
  bool is_clear = false;  // its interval leaves out zero
  // The variance of the difference with requests of their own, over that with the same ones; NaN where that is 0.
  double variance_gain = 0;
};
// Of every pair whose first limits were found by replications.
[[nodiscard]] std::vector<Difference> differences(const std::vector<SaturateReport>& reports);

// What hosts and resources cost a month, of what is scaled the fewest; and the cores there are.
[[nodiscard]] Cost fixed_cost(const Topology& topology, const Model& model);
// What further instances cost a month, where there were as many on average as in this run.
[[nodiscard]] double variable_usd_month(const Topology& topology, const Model& model, const RunSummary& summary);
[[nodiscard]] double total_cores(const Topology& topology);

}  // namespace loadstone
