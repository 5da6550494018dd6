// src/report/json.hpp
//
// Results as JSON: one document, versioned, keys with their units. The only user of nlohmann-json.
//
// Numbers. Shortest form that reads back to the same value. What is not a number (no data) is null.
#pragma once

#include <string>

#include "sim/experiment/run_result.hpp"

namespace loadstone::report {

// `why`: a resource whose chain of causes is added; "" for none.
[[nodiscard]] std::string to_json(const RunResult& result, const std::string& why = "");

}  // namespace loadstone::report
