#include "tests/support/model_from_text.hpp"

#include <stdexcept>

#include "sim/experiment/horizon.hpp"
#include "sim/experiment/replications.hpp"

namespace loadstone::test {

namespace {

std::optional<load::Loaded> try_model(std::string_view topology, std::string_view workload, const Overrides& overrides,
                                      Diagnostics& diagnostics) {
  auto t = load::parse_document(topology, "topology.yaml", diagnostics);
  auto w = load::parse_document(workload, "workload.yaml", diagnostics);
  if (!t || !w) {
    return std::nullopt;
  }
  const load::Inputs inputs{std::move(*t).take_root(), std::move(*w).take_root(), "topology.yaml", "workload.yaml"};
  return load::compile(inputs, overrides, diagnostics);
}

std::string text_of(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    text += diagnostic.severity == Severity::error ? to_string(diagnostic) : "";
  }
  return text;
}

// The index of the element whose name (as `name_of` sees it) is `name`.
template <class List, class NameOf>
std::size_t find(const List& list, std::string_view name, NameOf name_of) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (name_of(list[i]) == name) {
      return i;
    }
  }
  throw std::invalid_argument("the model has no '" + std::string(name) + "'");
}

}  // namespace

load::Loaded model(std::string_view topology, std::string_view workload, const Overrides& overrides) {
  Diagnostics diagnostics;
  auto loaded = try_model(topology, workload, overrides, diagnostics);
  if (!loaded || !diagnostics.ok()) {
    throw std::invalid_argument(text_of(diagnostics));
  }
  return std::move(*loaded);
}

std::string errors_of(std::string_view topology, std::string_view workload, const Overrides& overrides) {
  Diagnostics diagnostics;
  static_cast<void>(try_model(topology, workload, overrides, diagnostics));
  return text_of(diagnostics);
}

Horizon horizon_of(const load::Loaded& loaded) {
  return loadstone::horizon_of(loaded.workload, loaded.model);
}

Observations run_once(const load::Loaded& loaded, const RunSettings& settings) {
  return run_replication(loaded.model, settings, horizon_of(loaded));
}

std::vector<Observations> run_all(const load::Loaded& loaded, std::size_t replications, const RunSettings& settings) {
  SerialExecutor executor;
  return run_replications(loaded.model, settings, horizon_of(loaded), replications, executor);
}

RunSummary run(const load::Loaded& loaded, std::uint64_t seed, std::size_t replications, double load) {
  RunSettings settings;
  settings.seed = seed;
  settings.load = load;
  return summarize(loaded.model, run_all(loaded, replications, settings), kDefaultQuantiles);
}

const ResourceSummary& resource(const RunSummary& summary, std::string_view name) {
  return summary.resources[find(summary.resources, name, [](const ResourceSummary& r) { return r.name; })];
}

const FlowSummary& flow(const RunSummary& summary, std::string_view name) {
  return summary.flows[find(summary.flows, name, [](const FlowSummary& f) { return f.name; })];
}

RowId row_of(const Model& model, std::string_view resource) {
  return static_cast<RowId>(find(model.resources, resource, [](const auto& plan) { return plan->name; }));
}

FlowId flow_of(const Model& model, std::string_view flow) {
  return static_cast<FlowId>(find(model.flows, flow, [](const Flow& f) { return f.name; }));
}

ErrorId error_of(const Model& model, std::string_view error) {
  return static_cast<ErrorId>(find(model.errors, error, [](const std::string& e) { return e; }));
}

}  // namespace loadstone::test
