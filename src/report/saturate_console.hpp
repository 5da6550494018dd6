// src/report/saturate_console.hpp
//
// Saturation searches and comparisons for a person at a terminal (see console.hpp for the rules).
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/compare.hpp"

namespace loadstone::report {

// "FIRST TO SATURATE: app_pool at load 1.2 ± 0.03 (36 requests/s)": one line.
[[nodiscard]] std::string verdict_of(const SaturateReport& report);
[[nodiscard]] std::string to_console(const SaturateReport& report);
// `files`: the topologies, then the workload, to say how to look further.
[[nodiscard]] std::string to_console(const std::vector<SaturateReport>& reports, const std::vector<std::string>& files);

}  // namespace loadstone::report
