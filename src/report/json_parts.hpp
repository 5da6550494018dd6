// src/report/json_parts.hpp
//
// The parts that several JSON documents share. Included by this folder's json*.cpp only.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/analysis/cause.hpp"
#include "sim/experiment/compare.hpp"

namespace loadstone::report {

using Json = nlohmann::ordered_json;

[[nodiscard]] Json json_number(double value);  // null where it is not finite
[[nodiscard]] Json json_estimate(const Estimate& estimate);
[[nodiscard]] Json json_times(const TimesSummary& times);
[[nodiscard]] Json json_breakdown(const ResourceSummary& resource);
[[nodiscard]] Json json_cause(const Cause& cause);
// Of `--why`: the cause, and each link of its chain.
[[nodiscard]] Json json_why(const std::vector<ResourceSummary>& resources, const std::string& resource);
[[nodiscard]] Json json_header(const char* command, const Identity& identity);
[[nodiscard]] Json text_or_null(const std::string& text);
// What a value on an axis is counted in: "ns", "1/ns", "B" or null.
[[nodiscard]] Json base_unit(const Dimension& dimension);
// What a result has beside its header, of `run` and of `saturate`.
void add_run(Json& j, const RunResult& result);
void add_search(Json& j, const SaturateReport& report);
[[nodiscard]] std::string quantile_key(double q);  // 0.5 -> "p50", 0.999 -> "p99.9"
[[nodiscard]] std::string hex(std::uint64_t value);

}  // namespace loadstone::report
