// sim/primitive/lookup_cache.hpp
//
// A cache with a given hit ratio: each lookup is a hit with that probability, by a draw of the request's own.
//
// Counts. Every lookup arrives and is done at once; what hits and what misses are marks.
// Not.    It holds nothing and limits nothing: no keys, no eviction, no time to live.
#pragma once

#include "sim/engine/resource.hpp"

namespace loadstone {

struct LookupCachePlan : ResourcePlan {
  double hit = 0;          // probability
  std::uint32_t hits = 0;  // marks
  std::uint32_t misses = 0;

  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;
};

class LookupCache final : public Resource {
 public:
  LookupCache(Simulation& simulation, const LookupCachePlan& plan);

  // Whether the request's lookup at `site` is a hit.
  bool look_up(const Request& request, Key site);
  void for_each_member(const std::function<void(const Member&)>& visit) const override { visit(all_); }

 private:
  const LookupCachePlan& plan_;
  Member all_;
};

}  // namespace loadstone
