// tests/support/model_from_text.hpp
//
// Models for tests, from YAML texts through the loader that users' files go through, and short ways to run them.
//
// Fails. model() throws std::invalid_argument whose message is all diagnostics, as the command line prints them.
// Not.   No files: `extends` and traces are not resolved.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/analysis/run_summary.hpp"
#include "sim/run/replication.hpp"
#include "src/load/loader.hpp"

namespace loadstone::test {

// REQUIRES: both texts are whole documents (topology: .., workload: ..).
[[nodiscard]] load::Loaded model(std::string_view topology, std::string_view workload, const Overrides& overrides = {});

// What model() would throw with; "" if nothing is wrong. Warnings are not in it.
[[nodiscard]] std::string errors_of(std::string_view topology, std::string_view workload,
                                    const Overrides& overrides = {});

// The horizon that the workload asks for, by the rules of `loadstone run`.
[[nodiscard]] Horizon horizon_of(const load::Loaded& loaded);

// One replication over that horizon. `settings.measure_from` and `measure_until` are overwritten.
[[nodiscard]] Observations run_once(const load::Loaded& loaded, const RunSettings& settings = {});

// Replications 0 .. replications - 1, one after the other.
[[nodiscard]] std::vector<Observations> run_all(const load::Loaded& loaded, std::size_t replications,
                                                const RunSettings& settings = {});

// The same, summarized with the usual quantiles.
[[nodiscard]] RunSummary run(const load::Loaded& loaded, std::uint64_t seed = 1, std::size_t replications = 10,
                             double load = 1.0);

// By name. REQUIRES: there is one.
[[nodiscard]] const ResourceSummary& resource(const RunSummary& summary, std::string_view name);
[[nodiscard]] const FlowSummary& flow(const RunSummary& summary, std::string_view name);
[[nodiscard]] RowId row_of(const Model& model, std::string_view resource);
[[nodiscard]] FlowId flow_of(const Model& model, std::string_view flow);
[[nodiscard]] ErrorId error_of(const Model& model, std::string_view error);

}  // namespace loadstone::test
