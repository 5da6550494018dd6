#include "src/cli/run_support.hpp"

#include <algorithm>

#include "sim/experiment/run.hpp"
#include "src/cli/command_support.hpp"

namespace loadstone::cli {

RunResult run_loaded(const load::Loaded& loaded, const std::vector<Threshold>& thresholds, const Options& options,
                     exec::ThreadExecutor& executor) {
  RunRequest request;
  request.settings.seed = options.seed;
  request.settings.load = options.load;
  request.settings.engine = options.other_engine.get();
  request.replications = options.replications;
  request.quantiles = options.quantiles;
  if (options.precision) {
    request.precision = PrecisionGoal{*options.precision, std::max(options.replications, options.max_replications)};
  }
  RunResult result = run(loaded.model, loaded.topology, loaded.workload, thresholds, request, executor);
  result.identity.params = parameter_texts(loaded);
  return result;
}

}  // namespace loadstone::cli
