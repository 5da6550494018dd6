// loadstone calibrate coverage | detector | tuning | capacity | pairing
#include <fmt/format.h>

#include <cmath>
#include <string>

#include "sim/stats/proportion.hpp"
#include "src/calibrate/coverage.hpp"
#include "src/calibrate/detector.hpp"
#include "src/calibrate/pairing.hpp"
#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"

namespace loadstone::cli {

namespace {

std::string share(std::size_t part, std::size_t whole) {
  return fmt::format("{:.2f}%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string coverage(const Options& options, exec::ThreadExecutor& executor) {
  std::string text =
      "| model | figure | exact | intervals that hold it | half-width | bias |\n|---|---|---|---|---|---|\n";
  for (const calibrate::CoverageRow& row : calibrate::calibrate_coverage(options.experiments, options.seed, executor)) {
    text += fmt::format("| {} | {} | {:.4g} ms | {} of {}: {} | {:.2f}% | {:+.3f}% |\n", row.model, row.figure,
                        row.exact_ms, row.covered, row.experiments, share(row.covered, row.experiments),
                        100 * row.relative_width, 100 * row.bias);
  }
  return text;
}

std::string detector(const Options& options, std::size_t half, exec::ThreadExecutor& executor) {
  std::string text =
      "| utilisation | systems | verdicts | wrong | at most (95%) | events a verdict | called saturated, by family |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const calibrate::DetectorRow& row :
       calibrate::calibrate_detector(half, options.experiments, options.seed, executor)) {
    std::string families;
    for (const auto& family : row.families) {
      families +=
          fmt::format("{}{} {}", families.empty() ? "" : ", ", family.name, share(family.saturated, family.runs));
    }
    std::string wrong = "-";
    std::string bound = "-";
    if (row.band.is_saturated) {
      const std::size_t errors = *row.band.is_saturated ? row.runs - row.saturated : row.saturated;
      wrong = fmt::format("{} ({})", errors, share(errors, row.runs));
      bound = fmt::format("{:.2f}%", 100 * proportion_upper_bound(errors, row.runs));
    }
    text += fmt::format("| {} | {} | {} | {} | {} | {:.0f} | {} |\n", row.band.name, row.systems, row.runs, wrong,
                        bound, row.events, families);
  }
  return text;
}

std::string capacity(const Options& options, exec::ThreadExecutor& executor) {
  std::string text = "| system | exact | found | interval | error |\n|---|---|---|---|---|\n";
  std::size_t covered = 0;
  std::size_t near = 0;
  const auto rows = calibrate::calibrate_capacity(options.experiments, options.seed, executor);
  for (const calibrate::CapacityRow& row : rows) {
    covered += row.is_covered() ? 1 : 0;
    near += std::abs(row.error()) <= 0.02 ? 1 : 0;
    text += fmt::format("| {} | {:.4f} | {:.4f} | {:.4f} to {:.4f}{} | {:+.2f}% |\n", row.family, row.exact,
                        row.found.value, row.found.ci ? row.found.ci->lo : NAN, row.found.ci ? row.found.ci->hi : NAN,
                        row.is_covered() ? "" : ", misses it", 100 * row.error());
  }
  return text + fmt::format("\n{} of {} intervals hold the exact capacity; {} are within 2% of it.\n", covered,
                            rows.size(), near);
}

std::string pairing(const Options& options, exec::ThreadExecutor& executor) {
  const calibrate::Pairing found = calibrate::calibrate_pairing(options.experiments, options.seed, executor);
  return fmt::format(
      "The difference of two capacities, of 44 connections and of 40, varies {:.1f} times as much (variance) over {} "
      "searches\nwhere each has requests of its own as where both have the same.\n",
      found.gain(), options.experiments);
}

}  // namespace

int command_calibrate(const Options& options) {
  exec::ThreadExecutor executor(options.threads);
  std::string text;
  {
    const Progress progress(executor, options, "experiment", Progress::Rounds::many);
    const std::string& what = options.files.front();
    text = what == "coverage"   ? coverage(options, executor)
           : what == "capacity" ? capacity(options, executor)
           : what == "pairing"  ? pairing(options, executor)
                                : detector(options, what == "tuning" ? 0 : 1, executor);
  }
  if (executor.interrupted()) {
    return interrupted(executor, "a calibration that is cut short has no result");
  }
  return print(text) ? kDone : kFailed;
}

}  // namespace loadstone::cli
