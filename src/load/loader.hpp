// src/load/loader.hpp
//
// From files to a compiled model: reads the topology with its overlays and the workload, validates both, compiles.
// Everything that is wrong in either is reported together.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/engine/model.hpp"
#include "sim/spec/experiment.hpp"
#include "sim/spec/topology.hpp"
#include "sim/spec/workload.hpp"
#include "src/load/document.hpp"

namespace loadstone::load {

// A network of SimGrid's that is to carry the transfers: its file, and who is in it.
struct PlatformHosts {
  std::string path;
  std::vector<std::string> names;
};

// Two files, read and merged but not yet validated: parameters may still be set.
struct Inputs {
  Node topology;
  Node workload;
  std::string topology_path;
  std::string workload_path;
  bool for_another_process = false;                 // models get a Recipe
  std::vector<FileText> side_files{};               // in the order in which they are asked for; if empty, they are read
  std::shared_ptr<const PlatformHosts> platform{};  // in which links that are used must be; nullptr: nowhere
};

struct Loaded {
  Topology topology;
  Workload workload;
  std::map<std::string, Parameter, std::less<>> parameters;
  std::vector<Assumption> assumptions;
  std::vector<FileText> side_files;  // that the two named
  Model model;
};

[[nodiscard]] std::optional<Inputs> read_inputs(const std::string& topology, const std::string& workload,
                                                Diagnostics& diagnostics);

// Nothing if there are errors. An override that names no parameter of either file is one.
[[nodiscard]] std::optional<Loaded> compile(const Inputs& inputs, const Overrides& overrides, Diagnostics& diagnostics);
// The same model as the one that has this recipe.
[[nodiscard]] std::optional<Loaded> compile(const Recipe& recipe, Diagnostics& diagnostics);

// A topology without a workload, flows and resources included.
[[nodiscard]] std::optional<Loaded> compile_topology(const Node& topology, const Overrides& overrides,
                                                     Diagnostics& diagnostics);
// A workload alone: what needs no topology to be wrong. No model comes with it.
[[nodiscard]] std::optional<Loaded> read_workload_alone(const Node& workload, const Overrides& overrides,
                                                        Diagnostics& diagnostics);
[[nodiscard]] std::optional<Experiment> read_experiment_file(const Node& experiment, Diagnostics& diagnostics);

// What a file is, by the key that it begins with; a topology if it has none of them.
enum class FileKind : std::uint8_t { topology, workload, experiment };
[[nodiscard]] FileKind kind_of(const Node& root);

// All kinds that this program knows.
[[nodiscard]] const Kinds& all_kinds();

}  // namespace loadstone::load
