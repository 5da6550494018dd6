// src/report/explain.hpp
//
// `loadstone explain` as text: the effective file, with what is to be said of it in comments, so that the whole output
// is a file that runs; and as JSON.
#pragma once

#include <string>

#include "sim/experiment/explanation.hpp"

namespace loadstone::report {

[[nodiscard]] std::string to_console(const Explanation& explanation);
[[nodiscard]] std::string to_json(const Explanation& explanation);

}  // namespace loadstone::report
