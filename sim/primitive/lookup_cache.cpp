#include "sim/primitive/lookup_cache.hpp"

#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

std::unique_ptr<Resource> LookupCachePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<LookupCache>(simulation, *this);
}

LookupCache::LookupCache(Simulation& simulation, const LookupCachePlan& plan)
    : Resource(simulation, plan.row), plan_(plan), all_(kUnlimitedUnits) {}

bool LookupCache::look_up(const Request& request, Key site) {
  ++all_.level.arrivals;
  ++all_.level.granted;
  ++all_.level.completed;
  const bool hit = uniform(draw_of(request.draws, site, 0)) < plan_.hit;
  simulation_.count_mark(hit ? plan_.hits : plan_.misses);
  return hit;
}

}  // namespace loadstone
