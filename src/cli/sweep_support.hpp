// src/cli/sweep_support.hpp
//
// What a sweep needs around the engine: its points read, checked and given keys, and their models compiled once each
// while they are needed.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/run.hpp"
#include "sim/experiment/sweep.hpp"
#include "src/cli/options.hpp"
#include "src/exec/task_farm.hpp"
#include "src/load/loader.hpp"
#include "src/report/sweep_plan.hpp"

namespace loadstone::cli {

struct SweepInputs {
  Experiment experiment;
  std::vector<load::Inputs> files;  // by SweepPoint::files
  std::vector<SweepPoint> points;
  std::vector<std::string> varied;
};

// Reads the experiment, or makes one of the command line, and checks every point of it. Nothing after errors.
[[nodiscard]] std::optional<SweepInputs> read_sweep(const Options& options, Diagnostics& diagnostics);

// The options as if the point's values had been given on the command line.
[[nodiscard]] Options options_of(Options options, const SweepPoint& point);

// Compiles every point. Nothing after errors.
[[nodiscard]] std::optional<report::SweepPlan> plan_of(const SweepInputs& inputs, const Options& options,
                                                       Diagnostics& diagnostics);

// What processes must agree on: all that the plan's rows are keyed by.
[[nodiscard]] std::string key_of(const report::SweepPlan& plan);

// What a point runs.
struct CompiledPoint {
  load::Loaded loaded;
  std::vector<Threshold> thresholds;
};
// REQUIRES: plan_of() found nothing wrong.
[[nodiscard]] CompiledPoint compile_point(const SweepInputs& inputs, std::size_t point);

// A compiled point, and how long it is run.
struct ReadyPoint {
  CompiledPoint compiled;
  WarmedHorizon planned;
};

// The points that were asked for last. Any thread may ask.
class PointCache {
 public:
  PointCache(const SweepInputs& inputs, RunSettings settings, std::size_t most)
      : inputs_(inputs), settings_(std::move(settings)), most_(most) {}

  [[nodiscard]] std::shared_ptr<const ReadyPoint> get(std::size_t point);

 private:
  [[nodiscard]] std::shared_ptr<const ReadyPoint> make(std::size_t point) const;

  const SweepInputs& inputs_;
  RunSettings settings_;
  std::size_t most_;
  std::mutex mutex_;
  std::map<std::size_t, std::shared_future<std::shared_ptr<const ReadyPoint>>> ready_;
};

// The whole command, by whatever farm; every process of it calls this. The exit code.
int sweep(const Options& options, exec::ThreadExecutor& executor, exec::TaskFarm& farm);

}  // namespace loadstone::cli
