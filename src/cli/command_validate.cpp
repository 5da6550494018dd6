// loadstone validate FILE...
#include "sim/analysis/threshold.hpp"
#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/load/loader.hpp"
#include "src/load/overlay.hpp"

namespace loadstone::cli {

namespace {

struct File {
  std::string path;
  Node root;
};

}  // namespace

// Every topology is checked with every workload; alone where there is none of the other.
int command_validate(const Options& options) {
  Diagnostics diagnostics;
  std::vector<File> topologies;
  std::vector<File> workloads;
  for (const std::string& path : options.files) {
    auto read = load::read_overlaid(path, diagnostics);
    if (!read) {
      continue;
    }
    switch (load::kind_of(read->root)) {
      case load::FileKind::topology:
        topologies.push_back({path, std::move(read->root)});
        break;
      case load::FileKind::workload:
        workloads.push_back({path, std::move(read->root)});
        break;
      case load::FileKind::experiment:
        static_cast<void>(load::read_experiment_file(read->root, diagnostics));
        break;
    }
  }
  for (const File& topology : topologies) {
    for (const File& workload : workloads) {
      const auto loaded =
          load::compile({topology.root, workload.root, topology.path, workload.path}, options.set, diagnostics);
      if (loaded) {
        static_cast<void>(parse_thresholds(loaded->workload, loaded->topology, diagnostics));
      }
    }
    if (workloads.empty()) {
      static_cast<void>(load::compile_topology(topology.root, options.set, diagnostics));
    }
  }
  for (const File& workload : workloads) {
    if (topologies.empty()) {
      static_cast<void>(load::read_workload_alone(workload.root, options.set, diagnostics));
    }
  }
  return print_diagnostics(diagnostics) ? kDone : kInvalidInput;
}

}  // namespace loadstone::cli
