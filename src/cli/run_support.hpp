// src/cli/run_support.hpp
//
// Replications of what was loaded, as the command line asks for them: what `run` and `check` both do.
#pragma once

#include <vector>

#include "sim/analysis/threshold.hpp"
#include "sim/experiment/run_result.hpp"
#include "src/cli/options.hpp"
#include "src/exec/thread_executor.hpp"
#include "src/load/loader.hpp"

namespace loadstone::cli {

[[nodiscard]] RunResult run_loaded(const load::Loaded& loaded, const std::vector<Threshold>& thresholds,
                                   const Options& options, exec::ThreadExecutor& executor);

}  // namespace loadstone::cli
