#include "sim/experiment/explanation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace loadstone {

double ServerConnections::sum() const {
  double sum = 0;
  for (const PoolShare& share : pools) {
    sum += share.connections * share.copies;
  }
  return sum;
}

bool is_guess(const Assumption& number) {
  return number.status == Status::assumed || number.status == Status::estimated;
}

std::vector<ServerConnections> connections_of(const Model& model) {
  std::vector<ServerConnections> all;
  for (const auto& plan : model.resources) {
    if (!plan->connects_to) {
      continue;
    }
    const ResourcePlan& server = *model.resources[*plan->connects_to];
    auto at = std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.server == server.name; });
    if (at == all.end()) {
      at = all.insert(all.end(), {server.name, server.capacity, {}});
    }
    at->pools.push_back(
        {plan->name, plan->is_limited() ? plan->capacity : std::numeric_limits<double>::infinity(), plan->members});
  }
  return all;
}

std::vector<BoundRow> bound_rows(const Model& model, const Bound& bound) {
  std::vector<BoundRow> rows;
  for (const Demand& demand : bound.demands) {
    if (std::isfinite(demand.at_load)) {
      const ResourcePlan& plan = *model.resources[demand.row];
      rows.push_back({plan.name, demand.at_load * demand.in_use, demand.per_request_s * 1e3, demand.at_load});
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.at_load < b.at_load; });
  return rows;
}

}  // namespace loadstone
