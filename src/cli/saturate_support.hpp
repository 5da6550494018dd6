// src/cli/saturate_support.hpp
//
// One saturation search from files to a report: what `saturate` and `compare` both do.
#pragma once

#include <optional>

#include "sim/experiment/compare.hpp"
#include "src/cli/options.hpp"
#include "src/exec/thread_executor.hpp"
#include "src/load/loader.hpp"

namespace loadstone::cli {

// Checked inputs of one search; nothing after errors, which are in the diagnostics.
struct SearchInputs {
  load::Inputs inputs;
  load::Loaded loaded;
  std::vector<Threshold> thresholds;
};
[[nodiscard]] std::optional<SearchInputs> check_search(load::Inputs inputs, const Options& options,
                                                       Diagnostics& diagnostics);
[[nodiscard]] std::optional<SearchInputs> read_search(const std::string& topology, const std::string& workload,
                                                      const Options& options, Diagnostics& diagnostics);

[[nodiscard]] SaturateReport search(const SearchInputs& inputs, const Options& options, exec::ThreadExecutor& executor);

}  // namespace loadstone::cli
