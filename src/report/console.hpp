// src/report/console.hpp
//
// Results for a person at a terminal: verdict first, then thresholds, resources by pressure, latency per flow,
// warnings. At most 100 columns wide; no colours, no clock.
#pragma once

#include <string>

#include "sim/experiment/run_result.hpp"

namespace loadstone::report {

[[nodiscard]] std::string to_console(const RunResult& result);

}  // namespace loadstone::report
