// sim/spec/experiment.hpp
//
// An experiment, validated: which topologies under which workload, over which grid of parameters, and what is done at
// each point. Files are named as they are written; the loader opens them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/spec/topology.hpp"
#include "sim/spec/values.hpp"

namespace loadstone {

enum class Method : std::uint8_t { run, saturate };

// A topology of the experiment, under a name of its own.
struct ExperimentPoint {
  std::string name;
  PlacedText topology;
  std::optional<PlacedText> workload;  // instead of the experiment's
  Overrides set;
};

// A parameter and its values; the parameter `load` is the load.
struct GridAxis {
  std::string name;
  std::vector<std::string> values;
  Place place;
};

// Values given by name, all at once.
struct ExperimentCase {
  std::string name;
  Overrides set;
};

struct SearchSpec {
  std::string axis = "load";
  std::optional<double> from;
  std::optional<double> to;
  std::int64_t depth = 3;

  [[nodiscard]] static const FieldTable& fields();
};

struct Experiment {
  std::string name;
  std::string about;
  std::vector<ExperimentPoint> points;
  std::optional<PlacedText> workload;
  Method method = Method::run;
  SearchSpec search;
  std::vector<GridAxis> grid;
  std::vector<ExperimentCase> cases;
  std::optional<std::int64_t> replications;
  std::optional<std::int64_t> seed;
};

[[nodiscard]] Experiment read_experiment(Reader& reader, const Node& root);

inline constexpr std::size_t kMostValues = 10'000;  // of one axis

// "5,10,20", or "5..80:5": from, to, step, all of one dimension. The values, or a message.
[[nodiscard]] Parsed<std::vector<std::string>> parse_grid_values(std::string_view text);

}  // namespace loadstone
