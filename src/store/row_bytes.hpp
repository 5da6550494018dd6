// src/store/row_bytes.hpp
//
// What a task of a sweep comes back with, as bytes: between the processes of a farm.
//
// Fails. Reading throws CorruptBytes for what writing never writes.
#pragma once

#include <string>
#include <string_view>

#include "src/report/sweep_plan.hpp"

namespace loadstone::store {

struct RunFound {
  report::RunRow row;
  std::string bytes;  // of the FinishedRun
};

[[nodiscard]] std::string to_bytes(const RunFound& found);
[[nodiscard]] RunFound run_found_of(std::string_view bytes);
[[nodiscard]] std::string to_bytes(const report::SearchRow& row);
[[nodiscard]] report::SearchRow search_row_of(std::string_view bytes);

}  // namespace loadstone::store
