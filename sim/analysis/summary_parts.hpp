// sim/analysis/summary_parts.hpp
//
// The pieces that a summary is made of: figures over replications, distributions of times, windows, faults. Included
// by this folder's *summary.cpp only.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "sim/analysis/run_summary.hpp"

namespace loadstone::detail {

using PerReplication = std::function<double(const Observations&)>;

[[nodiscard]] Estimate over(std::span<const Observations> replications, const PerReplication& figure);
[[nodiscard]] Estimate ratio_over(std::span<const Observations> replications, const PerReplication& above,
                                  const PerReplication& below);
[[nodiscard]] TimesSummary summarize_times(const std::vector<const Histogram*>& parts,
                                           std::span<const double> quantiles);

[[nodiscard]] std::vector<WindowSummary> summarize_windows(const Model& model,
                                                           std::span<const Observations> replications,
                                                           std::span<const double> quantiles);
[[nodiscard]] std::vector<FaultSummary> summarize_faults(const Model& model,
                                                         std::span<const Observations> replications);

}  // namespace loadstone::detail
