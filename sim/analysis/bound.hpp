// sim/analysis/bound.hpp
//
// The asymptotic bound: no load can pass min over resources of capacity / demand, where the demand of a resource is
// what one unit of load needs of it when nothing ever waits. The demands are read off a run in which no resource has a
// limit and every drawn duration and size is its mean; choices are drawn as usual.
//
// Sense. Averages of durations make holds no longer than they are (Jensen), so the bound errs upwards only.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/engine/model.hpp"
#include "sim/observe/observations.hpp"

namespace loadstone {

struct Demand {
  RowId row = 0;
  double in_use = 0;         // units in use on average at load 1, without waiting
  double per_request_s = 0;  // the same per request that enters
  double arrivals_per_s = 0;
  double at_load = 0;  // where capacity is reached; infinite without a limit
};

struct Bound {
  std::vector<Demand> demands;  // by RowId
  double at_load = 0;           // infinite if nothing limits
  std::optional<RowId> resource;
  double requests_per_s = 0;     // that enter, at load 1
  double longest_latency_s = 0;  // mean of the slowest flow
};

// From the observations of such a run at load `load`. What is named in `without_limit` bounds nothing.
[[nodiscard]] Bound read_bound(const Model& model, const Observations& relieved, double load,
                               std::span<const std::string> without_limit = {});

}  // namespace loadstone
