// tests/unit/resource/seen_run.hpp
//
// One run of a model and what it says of its resources and flows, for tests with exact answers. Conservation and the
// end of every sampled request are asked of each run.
//
// Units. Milliseconds, exact: a time that is not whole in them is a failure.
#pragma once

#include <algorithm>

#include "tests/support/conserved.hpp"
#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {

constexpr std::int64_t kNsOfMs = 1'000'000;

inline std::int64_t whole_ms(Int128 ns) {
  EXPECT_EQ(static_cast<std::int64_t>(ns % kNsOfMs), 0) << to_double(ns) << " ns";
  return static_cast<std::int64_t>(ns / kNsOfMs);
}

struct SeenRun {
  explicit SeenRun(load::Loaded l, const RunSettings& settings = {})
      : loaded(std::move(l)), o(run_once(loaded, settings)) {
    EXPECT_TRUE(conserved_and_ended(loaded.model, o));
  }
  SeenRun(const std::string& topology, const std::vector<Arrivals>& arrivals, std::string_view duration = "1000s")
      : SeenRun(model(topology, arrivals_at(arrivals, duration))) {}

  [[nodiscard]] const ResourceObservations& row(std::string_view name) const {
    return o.resources[row_of(loaded.model, name)];
  }
  [[nodiscard]] const Totals& totals(std::string_view name) const { return row(name).at_end; }
  // The integral of the units in use over the run, in unit-milliseconds.
  [[nodiscard]] std::int64_t used_ms(std::string_view name) const { return whole_ms(totals(name).in_use_area); }
  [[nodiscard]] const FlowStats& flow(std::string_view name) const { return o.flows[flow_of(loaded.model, name)]; }
  // Of a flow's completed requests: all together, the slowest, of a flow with one request just that.
  [[nodiscard]] std::int64_t sum_ms(std::string_view name = "go") const { return whole_ms(flow(name).latency.sum()); }
  [[nodiscard]] std::int64_t max_ms(std::string_view name = "go") const { return whole_ms(flow(name).latency.max()); }
  [[nodiscard]] std::uint64_t completed(std::string_view name = "go") const { return flow(name).run.completed; }
  [[nodiscard]] std::uint64_t failed(std::string_view error, std::string_view name = "go") const {
    return flow(name).errors[error_of(loaded.model, error)];
  }
  // How often a mark was counted.
  [[nodiscard]] std::uint64_t marked(const std::string& name) const {
    const auto& names = loaded.model.marks;
    const auto at = std::find(names.begin(), names.end(), name);
    EXPECT_NE(at, names.end()) << name;
    return at == names.end() ? 0 : o.marks[static_cast<std::size_t>(at - names.begin())];
  }
  // When the flow's requests failed, from their arrival: the latest.
  [[nodiscard]] std::int64_t failed_after_ms(std::string_view name = "go") const {
    return whole_ms(flow(name).failure.max());
  }
  // What the only resource that fails so says.
  [[nodiscard]] const std::string& text_of(const std::string& error) const {
    const auto& by_resource = loaded.model.error_texts.at(error);
    EXPECT_EQ(by_resource.size(), 1u);
    return by_resource.begin()->second;
  }

  load::Loaded loaded;
  Observations o;
};

// The lines of `flows:` for these names, each with the same steps: one name a request tells requests apart.
inline std::string flows_named(const std::vector<std::string>& names, const std::string& steps,
                               const std::string& keys = "") {
  std::string text;
  for (const std::string& name : names) {
    text += "  " + name + ": {" + keys + "steps: [" + steps + "]}\n";
  }
  return text;
}

}  // namespace loadstone::test
