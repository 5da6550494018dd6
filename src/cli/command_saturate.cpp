// loadstone saturate TOPOLOGY WORKLOAD
#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/cli/output.hpp"
#include "src/cli/saturate_support.hpp"
#include "src/report/saturate_console.hpp"
#include "src/report/saturate_json.hpp"
#include "src/report/why.hpp"

namespace loadstone::cli {

namespace {

std::string why(const SaturateReport& report, const Options& options) {
  const std::vector<ResourceSummary>& resources = report.result.order.front().resources;
  return options.why.empty() ? ""
         : resources.empty()
             ? "\nWHY " + options.why + ": nothing broke\n"
             : report::why_on_console(resources, options.why, "the smallest " + report.axis + " that breaks");
}

}  // namespace

int command_saturate(const Options& options) {
  Diagnostics diagnostics;
  const auto inputs = read_search(options.files[0], options.files[1], options, diagnostics);
  if (inputs) {
    check_why(options, inputs->loaded.model, diagnostics);
  }
  if (!print_diagnostics(diagnostics) || !inputs) {
    return kInvalidInput;
  }
  Output output(options);
  exec::ThreadExecutor executor(options.threads);
  SaturateReport report;
  {
    const Progress progress(executor, options, "searching: run", Progress::Rounds::many);
    report = search(*inputs, options, executor);
  }
  if (executor.interrupted()) {
    return interrupted(executor, "a search that is cut short has no result");
  }
  const std::string json = report::to_json(report, options.why);
  output.finish(json);
  const std::string text = options.json    ? json
                           : options.quiet ? report::verdict_of(report) + "\n"
                                           : report::to_console(report) + why(report, options);
  return print(text) ? kDone : kFailed;
}

}  // namespace loadstone::cli
