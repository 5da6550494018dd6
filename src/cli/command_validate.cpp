// loadstone validate TOPOLOGY [WORKLOAD]
#include "sim/analysis/threshold.hpp"
#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/load/loader.hpp"

namespace loadstone::cli {

int command_validate(const Options& options) {
  Diagnostics diagnostics;
  if (options.files.size() == 2) {
    if (const auto inputs = load::read_inputs(options.files[0], options.files[1], diagnostics)) {
      if (const auto loaded = load::compile(*inputs, options.set, diagnostics)) {
        static_cast<void>(parse_thresholds(loaded->workload, loaded->topology, diagnostics));
      }
    }
  } else {
    load::validate_topology(options.files[0], options.set, diagnostics);
  }
  return print_diagnostics(diagnostics) ? kDone : kInvalidInput;
}

}  // namespace loadstone::cli
