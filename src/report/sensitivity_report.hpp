// src/report/sensitivity_report.hpp
//
// What hangs on guesses, for a person and as JSON (see console.hpp and json.hpp for the rules).
#pragma once

#include <string>

#include "sim/experiment/sensitivity.hpp"

namespace loadstone::report {

[[nodiscard]] std::string to_console(const Sensitivity& result);
[[nodiscard]] std::string to_json(const Sensitivity& result);

}  // namespace loadstone::report
