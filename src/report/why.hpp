// src/report/why.hpp
//
// Why a resource is full: what its holders do while they hold it, then the same for what they wait for most, down to
// the cause. What `--why` prints.
#pragma once

#include <string>
#include <vector>

#include "sim/analysis/run_summary.hpp"

namespace loadstone::report {

// Lines for a terminal; `where` says at which load, or nothing. REQUIRES: one of `resources` has that name.
[[nodiscard]] std::string why_on_console(const std::vector<ResourceSummary>& resources, const std::string& resource,
                                         const std::string& where);

}  // namespace loadstone::report
