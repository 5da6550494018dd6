// sim/analysis/cause.hpp
//
// From the victim to the cause: why a resource is full. Follows the largest row of its hold breakdown for as long as
// that row is `waiting` on another resource; stops at `served` or `own`. A repeat is a cycle.
#pragma once

#include <string>
#include <vector>

#include "sim/analysis/run_summary.hpp"

namespace loadstone {

struct Cause {
  std::string resource;            // where the chain ends: the resource itself if nothing is waited for
  std::string state;               // what its holders do there: served, own, cycle
  std::string on;                  // the resource that serves them; "" for their own doing
  double share = 0;                // of the hold
  std::vector<std::string> chain;  // from the victim to the cause
};

[[nodiscard]] Cause find_cause(const std::vector<ResourceSummary>& resources, const std::string& victim);

}  // namespace loadstone
