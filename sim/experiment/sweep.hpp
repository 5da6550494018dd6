// sim/experiment/sweep.hpp
//
// Many runs: every point of a grid, each with its replications, by one executor. Results leave as they are finished and
// are not kept.
//
// Order. Rows and points come in any order and from any of the executor's threads; what they say does not depend on it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/experiment/executor.hpp"
#include "sim/experiment/run.hpp"
#include "sim/spec/experiment.hpp"

namespace loadstone {

// One point of a sweep: a topology and what is set there.
struct SweepPoint {
  std::size_t files = 0;  // which of the experiment's points gives the topology and the workload
  std::string name;       // of the case, "" for a grid
  Overrides set;          // parameters of the topology and the workload
  double load = 1;
  std::vector<std::pair<std::string, std::string>> varied;  // what differs between points, in the grid's order

  // What is varied under that name; nullptr if nothing is.
  [[nodiscard]] const std::string* value_of(std::string_view name) const;
};

inline constexpr std::size_t kMostPoints = 10'000;

// Every point of the experiment, the last axis fastest. REQUIRES: their number is at most kMostPoints.
[[nodiscard]] std::vector<SweepPoint> points_of(const Experiment& experiment, const Overrides& set, double load);
[[nodiscard]] double number_of_points(const Experiment& experiment);

// What a point runs.
struct Compiled {
  Topology topology;
  Workload workload;
  std::vector<Threshold> thresholds;
  Model model;
  WarmedHorizon planned;
};

class SweepSink {
 public:
  SweepSink() = default;
  SweepSink(const SweepSink&) = delete;
  SweepSink& operator=(const SweepSink&) = delete;
  virtual ~SweepSink() = default;

  // One replication of a point is finished. How many of this point are, with this one.
  virtual std::size_t row(std::size_t point, std::size_t replication, const RunSummary& summary) = 0;
  // All of them are.
  virtual void point(std::size_t point, RunResult result) = 0;
};

using CompilePoint = std::function<std::shared_ptr<const Compiled>(std::size_t point)>;

// `request.settings.load` is ignored: points have theirs.
void sweep(const std::vector<SweepPoint>& points, const CompilePoint& compile, const RunRequest& request,
           SweepSink& sink, Executor& executor);

}  // namespace loadstone
