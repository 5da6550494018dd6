// loadstone check EXPERIMENT...
#include <memory>

#include "src/cli/check_support.hpp"
#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/cli/output.hpp"

namespace loadstone::cli {

namespace {

using Files = std::vector<std::unique_ptr<ClaimsFile>>;

Files read_all(const Options& options, Diagnostics& diagnostics) {
  Files files;
  for (const std::string& path : options.files) {
    files.push_back(std::make_unique<ClaimsFile>(path, options, diagnostics));
  }
  return files;
}

void run_all(const Files& files, const Options& options, exec::ThreadExecutor& executor) {
  std::size_t count = 0;
  for (const auto& file : files) {
    count += file->points_to_run();
  }
  std::size_t done = 0;
  for (const auto& file : files) {
    for (std::size_t i = 0; i < file->points_to_run() && !executor.interrupted(); ++i) {
      ++done;
      const Progress progress(executor, options,
                              "point " + std::to_string(done) + "/" + std::to_string(count) + ": run",
                              Progress::Rounds::many);
      file->run(i, executor);
    }
  }
}

}  // namespace

int command_check(const Options& options) {
  Diagnostics diagnostics;
  const Files files = read_all(options, diagnostics);
  if (!print_diagnostics(diagnostics)) {
    return kInvalidInput;
  }
  Output output(options);
  exec::ThreadExecutor executor(options.threads);
  run_all(files, options, executor);
  report::CheckReport report;
  for (const auto& file : files) {
    file->judge_into(report);
  }
  if (report.claims.empty() && report.left_out == 0) {
    diagnostics.error({}, "--only: no claim has such an id");
    print_diagnostics(diagnostics);
    return kInvalidInput;
  }
  output.file("claims.csv", report::claims_csv(report));
  output.file("claims.md", report::claims_page(report));
  const std::string json = report::to_json(report);
  output.finish(json);
  const std::string text = options.json    ? json
                           : options.quiet ? report::verdict_of(report) + "\n"
                                           : report::to_console(report);
  if (!print(text)) {
    return kFailed;
  }
  if (executor.interrupted()) {
    return interrupted(executor, "the claims that were decided are shown");
  }
  return report.changed() == 0 ? kDone : kThresholdFailed;
}

}  // namespace loadstone::cli
