#include "src/load/experiment_file.hpp"

#include <filesystem>

#include "src/load/loader.hpp"
#include "src/load/overlay.hpp"

namespace loadstone::load {

std::optional<Experiment> read_experiment_at(const std::string& path, Diagnostics& diagnostics,
                                             std::vector<std::string> hints) {
  const auto read = read_overlaid(path, diagnostics);
  if (!read) {
    return std::nullopt;
  }
  if (kind_of(read->root) != FileKind::experiment) {
    diagnostics.error(read->root.place, "this is no experiment", std::move(hints));
    return std::nullopt;
  }
  auto experiment = read_experiment_file(read->root, diagnostics);
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const auto relative = [&](PlacedText& file) { file.text = (folder / file.text).lexically_normal().string(); };
  if (experiment) {
    for (ExperimentPoint& point : experiment->points) {
      relative(point.topology);
      if (point.workload) {
        relative(*point.workload);
      }
    }
    if (experiment->workload) {
      relative(*experiment->workload);
    }
  }
  return experiment;
}

}  // namespace loadstone::load
