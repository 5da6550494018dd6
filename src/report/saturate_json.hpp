// src/report/saturate_json.hpp
//
// Saturation searches and comparisons as JSON (see json.hpp for the rules).
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/compare.hpp"

namespace loadstone::report {

// `why`: a resource whose chain of causes is added, as it is just beyond the edge; "" for none.
[[nodiscard]] std::string to_json(const SaturateReport& report, const std::string& why = "");
[[nodiscard]] std::string to_json(const std::vector<SaturateReport>& reports);

}  // namespace loadstone::report
