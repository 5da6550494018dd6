// src/log/log.hpp
//
// What the program does, for those who ask with --verbose: lines with a time on standard error, never results. Any
// thread may log. The only user of spdlog.
#pragma once

#include <string>

namespace loadstone::log {

// From here on detail is logged; before, and without this call, nothing is.
void start();

[[nodiscard]] bool is_on();
void detail(const std::string& text);

}  // namespace loadstone::log
