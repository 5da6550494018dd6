#include "sim/analysis/cause.hpp"

#include <algorithm>

namespace loadstone {

Cause find_cause(const std::vector<ResourceSummary>& resources, const std::string& victim) {
  Cause cause;
  cause.resource = victim;
  for (;;) {
    const bool again = std::find(cause.chain.begin(), cause.chain.end(), cause.resource) != cause.chain.end();
    cause.chain.push_back(cause.resource);
    if (again) {
      cause.state = "cycle";
      return cause;
    }
    const auto at = std::find_if(resources.begin(), resources.end(),
                                 [&](const ResourceSummary& r) { return r.name == cause.resource; });
    if (at == resources.end() || at->breakdown.empty()) {
      cause.state = "served";
      cause.on = cause.resource;
      cause.share = 1;
      return cause;
    }
    const BreakdownRow& largest = at->breakdown.front();
    cause.share = largest.share;
    cause.state = largest.state;
    cause.on = largest.resource;
    if (largest.state != "waiting") {
      return cause;
    }
    cause.resource = largest.resource;
  }
}

}  // namespace loadstone
