#include "sim/executor/request_plan.hpp"

#include <cmath>

#include "sim/model/model_builder.hpp"

namespace loadstone {

FlowId RequestPlan::pick(Key request) const {
  return pick_at(uniform(draw_of(request, hash_text("flow"), 0)));
}

FlowId RequestPlan::pick_evenly(std::uint64_t number) const {
  constexpr double kGolden = 0.6180339887498949;  // its multiples fill the unit interval evenly
  const double turns = static_cast<double>(number + 1) * kGolden;
  return pick_at(turns - std::floor(turns));
}

FlowId RequestPlan::pick_at(double share) const {
  const double at = share * cumulative_weights.back();
  std::size_t i = 0;
  while (i + 1 < cumulative_weights.size() && at >= cumulative_weights[i]) {
    ++i;
  }
  return flows[i];
}

void RequestPlan::draw_all(Key user, Key request, std::vector<double>& values, const std::vector<double>* given) const {
  values.assign(defaults.begin(), defaults.end());
  for (std::size_t slot = 0; given != nullptr && slot < values.size(); ++slot) {
    values[slot] = std::isnan((*given)[slot]) ? values[slot] : (*given)[slot];
  }
  draw_attributes(attributes, user, request, given, values);
}

RequestPlan plan_requests(const ScenarioSpec& spec, ModelBuilder& builder) {
  RequestPlan plan;
  double sum = 0;
  for (const auto& [name, weight] : spec.exec) {
    const FlowSpec* flow = builder.topology().find_flow(name);
    if (weight > 0 && flow != nullptr) {
      sum += weight;
      plan.flows.push_back(static_cast<FlowId>(flow - builder.topology().flows.data()));
      plan.cumulative_weights.push_back(sum);
    }
  }
  plan.attributes = plan_attributes(spec, builder);
  plan.defaults = builder.attribute_defaults();
  return plan;
}

}  // namespace loadstone
