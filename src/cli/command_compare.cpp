// loadstone compare TOPOLOGY TOPOLOGY... WORKLOAD
#include <future>
#include <vector>

#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/cli/output.hpp"
#include "src/cli/saturate_support.hpp"
#include "src/report/saturate_console.hpp"
#include "src/report/saturate_json.hpp"

namespace loadstone::cli {

int command_compare(const Options& options) {
  Diagnostics diagnostics;
  std::vector<SearchInputs> all;
  const std::string& workload = options.files.back();
  for (std::size_t i = 0; i + 1 < options.files.size(); ++i) {
    if (auto inputs = read_search(options.files[i], workload, options, diagnostics)) {
      all.push_back(std::move(*inputs));
    }
  }
  if (!print_diagnostics(diagnostics) || all.size() + 1 != options.files.size()) {
    return kInvalidInput;
  }
  Output output(options);
  exec::ThreadExecutor executor(options.threads);
  std::vector<SaturateReport> reports;
  {
    const Progress progress(executor, options, "comparing: run", Progress::Rounds::many);
    // Side by side: what one search has to wait for, the threads do for another.
    std::vector<std::future<SaturateReport>> searches;
    for (const SearchInputs& inputs : all) {
      searches.push_back(std::async(std::launch::async, [&] { return search(inputs, options, executor); }));
    }
    for (auto& one : searches) {
      reports.push_back(one.get());
    }
  }
  if (executor.interrupted()) {
    return interrupted(executor, "a comparison that is cut short has no result");
  }
  const std::string json = report::to_json(reports);
  output.finish(json);
  return print(options.json ? json : report::to_console(reports, options.files)) ? kDone : kFailed;
}

}  // namespace loadstone::cli
