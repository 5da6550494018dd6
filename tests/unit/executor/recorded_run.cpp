#include "tests/unit/executor/recorded_run.hpp"

#include <algorithm>

#include "sim/base/check.hpp"
#include "sim/engine/scopes.hpp"

namespace loadstone::test {

namespace {

std::vector<Start>* recording = nullptr;

// In the place of the jump by which the requests of sources enter their flow.
Progress record_and_jump(Simulation& simulation, Request& request, const Op& op) {
  recording->push_back({.at_ms = simulation.now().ns / 1'000'000,
                        .flow = simulation.model().flows[request.flow].name,
                        .key = request.key,
                        .number = request.number,
                        .attributes = request.attributes});
  return op_jump(simulation, request, op);
}

}  // namespace

std::size_t RecordedRun::slot(std::string_view attribute) const {
  const auto& names = loaded.model.attributes;
  const auto at = std::find(names.begin(), names.end(), attribute);
  LOADSTONE_CHECK(at != names.end(), "no request has attribute '" + std::string(attribute) + "'");
  return static_cast<std::size_t>(at - names.begin());
}

std::vector<std::int64_t> RecordedRun::times_ms() const {
  std::vector<std::int64_t> times;
  for (const Start& start : starts) {
    times.push_back(start.at_ms);
  }
  return times;
}

std::vector<double> RecordedRun::values(std::string_view attribute) const {
  std::vector<double> values;
  for (const Start& start : starts) {
    values.push_back(start.attributes[slot(attribute)]);
  }
  return values;
}

std::vector<Key> RecordedRun::keys() const {
  std::vector<Key> keys;
  for (const Start& start : starts) {
    keys.push_back(start.key);
  }
  return keys;
}

RecordedRun record(load::Loaded loaded, const RunSettings& settings) {
  RecordedRun run{std::move(loaded), {}, {}};
  for (const Flow& flow : run.loaded.model.flows) {
    run.loaded.model.program[flow.entry].execute = &record_and_jump;
  }
  recording = &run.starts;
  run.observed = run_once(run.loaded, settings);
  recording = nullptr;
  return run;
}

std::string desk(std::string_view service, int servers) {
  return "topology: desk\nresources: {desk: {kind: station, servers: " + std::to_string(servers) +
         ", service: " + std::string(service) + "}}\nflows: {work: {steps: [{visit: desk}]}}\n";
}

std::string reading(const std::vector<std::string>& attributes, std::string topology) {
  std::string options;
  for (const std::string& attribute : attributes) {
    options += "{when: request." + attribute + " >= 0, do: []}, ";
  }
  constexpr std::string_view kFlows = "flows: {";
  topology.insert(topology.find(kFlows) + kFlows.size(), "reader: {steps: [{choose: [" + options + "{else: []}]}]}, ");
  return topology;
}

std::string scenario(std::string_view executor, std::string_view keys) {
  return "workload: w\nwarmup: 0s\nscenarios: {load: {executor: " + std::string(executor) + ", exec: work, " +
         std::string(keys) + "}}\n";
}

RecordedRun record(std::string_view topology, std::string_view workload, double load) {
  RunSettings settings;
  settings.load = load;
  return record(model(topology, workload), settings);
}

}  // namespace loadstone::test
