// src/cli/saturate_support.hpp
//
// One search along an axis from files to a report: what `saturate`, `compare` and `check` do.
#pragma once

#include <optional>

#include "sim/experiment/axis_bound.hpp"
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

[[nodiscard]] Identity identity_of(const SearchInputs& inputs, const Options& options);
// What the axis is counted in. REQUIRES: check_search() found nothing.
[[nodiscard]] Dimension axis_dimension(const load::Loaded& loaded, const Options& options);

// `completions`: of the scarcest resource, in a replication; where the third digit is not worth the usual number.
[[nodiscard]] SaturateReport search(const SearchInputs& inputs, const Options& options, exec::ThreadExecutor& executor,
                                    std::optional<double> completions = {});
[[nodiscard]] AxisBound search_bound(const SearchInputs& inputs, const Options& options);

}  // namespace loadstone::cli
