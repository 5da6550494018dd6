// loadstone run TOPOLOGY WORKLOAD
#include <algorithm>

#include "sim/expression/quantity.hpp"
#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/cli/output.hpp"
#include "src/cli/run_support.hpp"
#include "src/load/loader.hpp"
#include "src/report/console.hpp"
#include "src/report/json.hpp"
#include "src/report/why.hpp"

namespace loadstone::cli {

namespace {

std::string why(const RunResult& result, const Options& options) {
  return options.why.empty() ? ""
                             : report::why_on_console(result.summary.resources, options.why,
                                                      "load " + format_number(result.identity.load));
}

}  // namespace

int command_run(const Options& options) {
  Diagnostics diagnostics;
  auto inputs = load::read_inputs(options.files[0], options.files[1], diagnostics);
  if (inputs) {
    options.apply_engine(*inputs);
  }
  const auto loaded = inputs ? load::compile(*inputs, options.set, diagnostics) : std::nullopt;
  const auto thresholds =
      loaded ? parse_thresholds(loaded->workload, loaded->topology, diagnostics) : std::vector<Threshold>{};
  if (loaded) {
    check_why(options, loaded->model, diagnostics);
  }
  if (!print_diagnostics(diagnostics) || !loaded) {
    return kInvalidInput;
  }
  Output output(options);
  exec::ThreadExecutor executor(options.threads);
  RunResult result;
  {
    const Progress progress(executor, options, "replication");
    result = run_loaded(*loaded, thresholds, options, executor);
  }
  if (executor.interrupted()) {
    return interrupted(executor, "a run that is cut short has no result");
  }
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    result.warnings.push_back(diagnostic.message);
  }
  const std::string json = report::to_json(result, options.why);
  output.finish(json);
  const std::string text = options.json    ? json
                           : options.quiet ? result.verdict + "\n"
                                           : report::to_console(result) + why(result, options);
  if (!print(text)) {
    return kFailed;
  }
  if (!result.summary.stopped.empty()) {
    return kFailed;
  }
  const bool held = std::all_of(result.thresholds.begin(), result.thresholds.end(), [](const auto& t) { return t.ok; });
  return held ? kDone : kThresholdFailed;
}

}  // namespace loadstone::cli
