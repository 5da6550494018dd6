// sim/experiment/axis_bound.hpp
//
// How far an axis goes before some resource's demand passes its capacity, without running it under that load: what
// one request needs is measured at a light load, and what all of them need is that times their rate. For systems
// beyond what events can carry; it knows no waiting, no retries and no thresholds.
//
// Sense. Demand is taken to grow with the axis: where a resource is enough at `to`, nothing limits it before.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/run_result.hpp"
#include "sim/experiment/saturate.hpp"
#include "sim/expression/quantity.hpp"

namespace loadstone {

struct AxisBoundRequest {
  bool is_load = true;
  bool whole_numbers = false;
  double load = 1;  // where the axis is a parameter
  double from = 1;
  double to = 1e9;
  std::uint64_t seed = 1;
};

struct AxisBound {
  // The greatest value at which capacity is enough: 0 if it is not even at `from`, infinite if it is still at `to`.
  struct Row {
    std::string resource;
    double at = 0;
  };

  Identity identity;
  std::string axis = "load";
  Dimension axis_dimension;
  double to = 0;  // how far it was looked
  double at = 0;
  std::string first;      // "" where nothing limits
  std::vector<Row> rows;  // the tightest first
};

[[nodiscard]] AxisBound find_axis_bound(const ModelAt& model_at, const AxisBoundRequest& request);

}  // namespace loadstone
