// sim/spec/experiment.hpp
//
// An experiment, validated: which topologies under which workload, over which grid of parameters, what is done at each
// point, and what is claimed of the results. Files are named as they are written; the loader opens them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/spec/claims.hpp"
#include "sim/spec/topology.hpp"
#include "sim/spec/values.hpp"

namespace loadstone {

enum class Method : std::uint8_t { run, saturate, bound };

[[nodiscard]] const std::vector<std::string_view>& method_names();

struct SearchSpec {
  std::string axis = "load";
  std::optional<double> from;
  std::optional<double> to;
  std::int64_t depth = 3;

  [[nodiscard]] static const FieldTable& fields();
  [[nodiscard]] static const FieldTable& bound_fields();
};

// What is done at a point.
struct MethodSpec {
  Method method = Method::run;
  SearchSpec search;  // of saturate and bound
};

// A topology of the experiment, under a name of its own.
struct ExperimentPoint {
  std::string name;
  PlacedText topology;
  std::optional<PlacedText> workload;  // instead of the experiment's
  Overrides set;
  double load = 1;
  std::optional<MethodSpec> method;          // instead of the experiment's
  std::optional<std::int64_t> replications;  // instead of the experiment's

  [[nodiscard]] static const FieldTable& fields();
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

struct Experiment {
  std::string name;
  Place place;
  std::string about;
  std::vector<ExperimentPoint> points;
  std::optional<PlacedText> workload;
  MethodSpec method;
  std::vector<GridAxis> grid;
  std::vector<ExperimentCase> cases;
  std::optional<std::int64_t> replications;
  std::optional<std::int64_t> seed;
  Lets let;  // for all claims
  std::vector<ClaimSpec> claims;
};

[[nodiscard]] Experiment read_experiment(Reader& reader, const Node& root);

inline constexpr std::size_t kMostValues = 10'000;  // of one axis

// "5,10,20", or "5..80:5": from, to, step, all of one dimension. The values, or a message.
[[nodiscard]] Parsed<std::vector<std::string>> parse_grid_values(std::string_view text);

}  // namespace loadstone
