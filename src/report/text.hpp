// src/report/text.hpp
//
// Numbers as people read them: three significant digits, times with the unit that fits, intervals as ±.
#pragma once

#include <string>
#include <vector>

#include "sim/analysis/run_summary.hpp"

namespace loadstone::report {

[[nodiscard]] std::string short_number(double value);            // 0.0123, 12.3, 1230, 12.3k
[[nodiscard]] std::string short_ms(double ms);                   // 12.3us, 4.56ms, 1.23s, 12.3min
[[nodiscard]] std::string percent(double share);                 // 92%, 0.3%
[[nodiscard]] std::string plus_minus(const Estimate& estimate);  // "184 ± 6"
[[nodiscard]] std::string quantile_text(const TimesSummary& times, double q);
// p95 of the flow's latency; "-" where nothing of it completed.
[[nodiscard]] std::string latency_p95(const RunSummary& summary, const std::string& flow);
[[nodiscard]] std::string usd(double value);  // $0.05, $24, $1,234

// Rows of cells as aligned columns: the first column left, the others right; two blanks between.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace loadstone::report
