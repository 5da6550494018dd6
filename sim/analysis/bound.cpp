#include "sim/analysis/bound.hpp"

#include <algorithm>
#include <limits>

#include "sim/analysis/run_summary.hpp"

namespace loadstone {

Bound read_bound(const Model& model, const Observations& relieved, double load,
                 std::span<const std::string> without_limit) {
  Bound bound;
  bound.at_load = std::numeric_limits<double>::infinity();
  const double seconds = (relieved.measured_until - relieved.measured_from).seconds();
  const auto entered = static_cast<double>(relieved.entered);
  for (const FlowStats& flow : relieved.flows) {
    if (flow.latency.count() > 0) {
      bound.longest_latency_s = std::max(bound.longest_latency_s, flow.latency.mean() * 1e-9);
    }
  }
  bound.requests_per_s = entered / seconds / load;
  // Where the rate of arrivals is written down, their number in this run is only a sample of it.
  double written = 0;
  for (const auto& source : model.sources) {
    const auto rate = source->peak_rate();
    written = rate && written >= 0 ? written + *rate * 1e9 : -1;
  }
  const double scale = written > 0 && bound.requests_per_s > 0 ? written / bound.requests_per_s : 1;
  bound.requests_per_s *= scale;
  for (RowId row = 0; row < model.resources.size(); ++row) {
    const ResourcePlan& plan = *model.resources[row];
    const Totals window = window_of(relieved.resources[row].meter);
    Demand demand;
    demand.row = row;
    demand.in_use = to_double(window.in_use_area) * 1e-9 / seconds / load * scale;
    demand.arrivals_per_s = static_cast<double>(window.arrivals) / seconds / load * scale;
    demand.per_request_s = bound.requests_per_s > 0 ? demand.in_use / bound.requests_per_s : 0;
    const double members = std::max(plan.members, static_cast<double>(relieved.resources[row].members));
    const bool limits = plan.in_bound && plan.is_limited() &&
                        std::find(without_limit.begin(), without_limit.end(), plan.name) == without_limit.end();
    demand.at_load =
        limits && demand.in_use > 0 ? plan.capacity * members / demand.in_use : std::numeric_limits<double>::infinity();
    if (demand.at_load < bound.at_load) {
      bound.at_load = demand.at_load;
      bound.resource = row;
    }
    bound.demands.push_back(demand);
  }
  return bound;
}

}  // namespace loadstone
