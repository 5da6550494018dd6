// loadstone sweep EXPERIMENT, or sweep TOPOLOGY WORKLOAD --grid name=values
#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/cli/output.hpp"
#include "src/cli/saturate_support.hpp"
#include "src/cli/sweep_support.hpp"
#include "src/report/rows_csv.hpp"

namespace loadstone::cli {

namespace {

// What the experiment says holds unless the command line says otherwise.
Options effective_options(const Options& options, const Experiment& experiment) {
  Options own = options;
  own.method = options.method ? options.method : experiment.method.method;
  if (own.method == Method::run) {
    own.axis = "load";  // and nothing else of a search
    own.from.reset();
    own.to.reset();
  } else if (options.files.size() == 1) {
    own.axis = options.given("--axis") ? options.axis : experiment.method.search.axis;
    own.from = options.from ? options.from : experiment.method.search.from;
    own.to = options.to ? options.to : experiment.method.search.to;
    own.depth = options.given("--depth") ? options.depth : static_cast<std::size_t>(experiment.method.search.depth);
  }
  if (experiment.replications && !options.given("--replications")) {
    own.replications = static_cast<std::size_t>(*experiment.replications);
  }
  if (experiment.seed && !options.given("--seed")) {
    own.seed = static_cast<std::uint64_t>(*experiment.seed);
  }
  return own;
}

// One search after the other, each on all threads. The rows.
std::string search_all(const SweepInputs& inputs, const Options& options, exec::ThreadExecutor& executor,
                       report::SweepReport& report, report::OutDirectory* out) {
  std::string csv = report::search_header(inputs.varied);
  if (out != nullptr) {
    out->append_to_journal(csv);
  }
  for (std::size_t i = 0; i < inputs.points.size() && !executor.interrupted(); ++i) {
    const SweepPoint& point = inputs.points[i];
    const Options own = options_of(options, point);
    Diagnostics diagnostics;
    const auto search_inputs = check_search(inputs.files[point.files], own, diagnostics);
    const Progress progress(executor, options,
                            "point " + std::to_string(i + 1) + "/" + std::to_string(inputs.points.size()) + ": run",
                            Progress::Rounds::many);
    SaturateReport found = search(*search_inputs, own, executor);
    if (executor.interrupted()) {
      break;
    }
    const std::string row = report::search_row(i, point, inputs.varied, found);
    csv += row;
    if (out != nullptr) {
      out->append_to_journal(row);
    }
    report.searches[i] = std::move(found);
  }
  return csv;
}

std::string run_all(const SweepInputs& inputs, const SweepNames& names, const Options& options,
                    exec::ThreadExecutor& executor, report::SweepReport& report, report::OutDirectory* out) {
  RunRequest request;
  request.settings.seed = options.seed;
  request.replications = options.replications;
  request.quantiles = options.quantiles;
  PointCache cache(inputs, request);
  SweepCollector collector(inputs, cache, names, report, out);
  const Progress progress(executor, options, "run");
  sweep(
      inputs.points, [&](std::size_t point) { return cache.get(point); }, request, collector, executor);
  return collector.csv();
}

}  // namespace

int command_sweep(const Options& given) {
  Diagnostics diagnostics;
  const auto inputs = read_sweep(given, diagnostics);
  const Options options = inputs ? effective_options(given, inputs->experiment) : given;
  if (options.method == Method::bound) {
    diagnostics.error(inputs->experiment.place, "a sweep runs or saturates; 'bound' is for loadstone check");
  }
  const auto names = inputs ? check_points(*inputs, options, diagnostics) : std::nullopt;
  if (!print_diagnostics(diagnostics) || !names) {
    return kInvalidInput;
  }
  Output output(options);
  report::SweepReport report;
  report.experiment = inputs->experiment.name;
  report.method = *options.method;
  report.seed = options.seed;
  report.varied = inputs->varied;
  report.points = inputs->points;
  report.runs.resize(inputs->points.size());
  report.searches.resize(inputs->points.size());
  exec::ThreadExecutor executor(options.threads);
  const std::string csv = report.method == Method::run
                              ? run_all(*inputs, *names, options, executor, report, output.directory())
                              : search_all(*inputs, options, executor, report, output.directory());
  output.file("rows.csv", csv);
  const std::string json = report::to_json(report);
  output.finish(json);
  if (!print(options.json ? json : report::to_console(report))) {
    return kFailed;
  }
  return executor.interrupted()
             ? interrupted(executor, output.directory() != nullptr ? "the runs that were finished are in " + options.out
                                                                   : "the points that were finished are shown")
             : kDone;
}

}  // namespace loadstone::cli
