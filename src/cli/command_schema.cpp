// loadstone schema topology|workload|experiment
#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/load/loader.hpp"
#include "src/report/schema.hpp"

namespace loadstone::cli {

int command_schema(const Options& options) {
  const std::string& what = options.files.front();
  const std::string text = what == "topology"   ? report::topology_schema(load::all_kinds())
                           : what == "workload" ? report::workload_schema(load::all_kinds())
                                                : report::experiment_schema();
  return print(text) ? kDone : kFailed;
}

}  // namespace loadstone::cli
