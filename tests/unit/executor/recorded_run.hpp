// tests/unit/executor/recorded_run.hpp
//
// Runs a model once and notes when each request of a source starts, and who it is. For executor tests: deterministic
// workloads, exact answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/model_from_text.hpp"

namespace loadstone::test {

struct Start {
  std::int64_t at_ms = 0;
  std::string flow;
  Key key = 0;
  std::uint64_t number = 0;
  std::vector<double> attributes;  // by slot
};

struct RecordedRun {
  load::Loaded loaded;
  Observations observed;
  std::vector<Start> starts;

  [[nodiscard]] const FlowStats& flow(std::string_view name) const {
    return observed.flows[flow_of(loaded.model, name)];
  }
  [[nodiscard]] const ResourceObservations& resource(std::string_view name) const {
    return observed.resources[row_of(loaded.model, name)];
  }
  [[nodiscard]] std::uint64_t errors(std::string_view flow_name, std::string_view error) const {
    return flow(flow_name).errors[error_of(loaded.model, error)];
  }
  // The slot of an attribute.
  [[nodiscard]] std::size_t slot(std::string_view attribute) const;
  [[nodiscard]] std::vector<std::int64_t> times_ms() const;
  [[nodiscard]] std::vector<double> values(std::string_view attribute) const;
  [[nodiscard]] std::vector<Key> keys() const;
};

[[nodiscard]] RecordedRun record(load::Loaded loaded, const RunSettings& settings = {});

// One flow `work` that visits a station `desk` (one server unless `servers` says otherwise) for a constant time.
[[nodiscard]] std::string desk(std::string_view service, int servers = 1);
// The same topology with a flow that nobody starts and that reads these attributes: what nobody reads is not drawn.
[[nodiscard]] std::string reading(const std::vector<std::string>& attributes, std::string topology);
// A workload without warm-up whose one scenario `load` runs `work`; `keys` are the executor's.
[[nodiscard]] std::string scenario(std::string_view executor, std::string_view keys);

[[nodiscard]] RecordedRun record(std::string_view topology, std::string_view workload, double load = 1);

}  // namespace loadstone::test
