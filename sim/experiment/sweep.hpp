// sim/experiment/sweep.hpp
//
// Which points a sweep has: every combination of a grid, or cases by name, of each topology.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/spec/experiment.hpp"

namespace loadstone {

// One point of a sweep: a topology and what is set there.
struct SweepPoint {
  std::size_t files = 0;  // which of the experiment's points gives the topology and the workload
  std::string name;       // of the case, "" for a grid
  Overrides set;          // parameters of the topology and the workload
  double load = 1;
  std::vector<std::pair<std::string, std::string>> varied;  // what differs between points, in the grid's order
};

inline constexpr std::size_t kMostPoints = 10'000;

// Every point of the experiment, the last axis fastest. REQUIRES: their number is at most kMostPoints.
[[nodiscard]] std::vector<SweepPoint> points_of(const Experiment& experiment, const Overrides& set, double load);
[[nodiscard]] double number_of_points(const Experiment& experiment);

}  // namespace loadstone
