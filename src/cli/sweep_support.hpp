// src/cli/sweep_support.hpp
//
// What a sweep needs around the engine: its points read and checked, their models compiled once each while they are
// needed, and a place for results that come from several threads.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/experiment/sweep.hpp"
#include "src/cli/options.hpp"
#include "src/load/loader.hpp"
#include "src/report/out_directory.hpp"
#include "src/report/rows_csv.hpp"
#include "src/report/sweep_report.hpp"

namespace loadstone::cli {

struct SweepInputs {
  Experiment experiment;
  std::vector<load::Inputs> files;  // by SweepPoint::files
  std::vector<SweepPoint> points;
  std::vector<std::string> varied;
};

// Reads the experiment, or makes one of the command line, and checks every point of it. Nothing after errors.
[[nodiscard]] std::optional<SweepInputs> read_sweep(const Options& options, Diagnostics& diagnostics);

// The names of all flows and resources of all points, each once, in their order.
struct SweepNames {
  std::vector<std::string> flows;
  std::vector<std::string> resources;
};
[[nodiscard]] std::optional<SweepNames> check_points(const SweepInputs& inputs, const Options& options,
                                                     Diagnostics& diagnostics);
// The options as if the point's values had been given on the command line.
[[nodiscard]] Options options_of(Options options, const SweepPoint& point);

// Compiled points that are in use, and how long they are run. Any thread may ask.
class PointCache {
 public:
  PointCache(const SweepInputs& inputs, const RunRequest& request) : inputs_(inputs), request_(request) {}

  [[nodiscard]] std::shared_ptr<const Compiled> get(std::size_t point);
  void drop(std::size_t point);

 private:
  const SweepInputs& inputs_;
  const RunRequest& request_;
  std::mutex mutex_;
  std::map<std::size_t, std::shared_future<std::shared_ptr<const Compiled>>> compiled_;
};

// Keeps what is finished, and writes rows to a journal on the way.
class SweepCollector final : public SweepSink {
 public:
  SweepCollector(const SweepInputs& inputs, PointCache& cache, const SweepNames& names, report::SweepReport& report,
                 report::OutDirectory* out);

  std::size_t row(std::size_t point, std::size_t replication, const RunSummary& summary) override;
  void point(std::size_t point, RunResult result) override;
  // Header and rows, by point and then by replication.
  [[nodiscard]] std::string csv() const;

 private:
  [[nodiscard]] Identity identity_of(std::size_t point, const Compiled& compiled) const;

  const SweepInputs& inputs_;
  PointCache& cache_;
  report::RowsCsv format_;
  report::SweepReport& report_;
  report::OutDirectory* out_;
  std::mutex mutex_;
  std::map<std::pair<std::size_t, std::size_t>, std::string> rows_;
  std::map<std::size_t, std::size_t> finished_;  // replications, by point
};

}  // namespace loadstone::cli
