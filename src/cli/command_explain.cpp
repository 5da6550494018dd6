// loadstone explain TOPOLOGY [WORKLOAD], or explain WORKLOAD
#include "sim/experiment/explanation.hpp"
#include "sim/experiment/measure_bound.hpp"
#include "sim/spec/effective.hpp"
#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/load/emit_yaml.hpp"
#include "src/load/loader.hpp"
#include "src/load/overlay.hpp"
#include "src/report/explain.hpp"

namespace loadstone::cli {

namespace {

void identify(const load::Loaded& loaded, const Options& options, Explanation& explanation) {
  explanation.identity = {.topology = loaded.topology.name,
                          .workload = loaded.workload.name,
                          .seed = options.seed,
                          .load = 1,
                          .params = parameter_texts(loaded)};
  explanation.assumptions = loaded.assumptions;
}

std::optional<Explanation> explain(const Options& options, Diagnostics& diagnostics) {
  auto first = load::read_overlaid(options.files[0], diagnostics);
  if (!first) {
    return std::nullopt;
  }
  Explanation explanation;
  if (options.files.size() == 1 && load::kind_of(first->root) == load::FileKind::workload) {
    if (const auto loaded = load::read_workload_alone(first->root, options.set, diagnostics)) {
      identify(*loaded, options, explanation);
      explanation.effective = load::emit_yaml(effective_workload(first->root, load::all_kinds(), options.set));
    }
    return explanation;
  }
  std::optional<load::Loaded> loaded;
  if (options.files.size() == 1) {
    loaded = load::compile_topology(first->root, options.set, diagnostics);
  } else if (auto inputs = load::read_inputs(options.files[0], options.files[1], diagnostics)) {
    loaded = load::compile(*inputs, options.set, diagnostics);
  }
  if (!loaded) {
    return std::nullopt;
  }
  identify(*loaded, options, explanation);
  explanation.connections = connections_of(loaded->model);
  if (options.files.size() == 2) {
    RunSettings settings;
    settings.seed = options.seed;
    explanation.bounds = bound_rows(loaded->model, measure_bound(loaded->model, settings));
  }
  explanation.effective = load::emit_yaml(effective_topology(first->root, load::all_kinds(), options.set));
  return explanation;
}

}  // namespace

int command_explain(const Options& options) {
  Diagnostics diagnostics;
  const auto explanation = explain(options, diagnostics);
  if (!print_diagnostics(diagnostics) || !explanation) {
    return kInvalidInput;
  }
  return print(options.json ? report::to_json(*explanation) : report::to_console(*explanation)) ? kDone : kFailed;
}

}  // namespace loadstone::cli
