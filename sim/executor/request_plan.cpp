#include "sim/executor/request_plan.hpp"

#include "sim/model/model_builder.hpp"

namespace loadstone {

FlowId RequestPlan::pick(Key request) const {
  const double at = uniform(draw_of(request, hash_text("flow"), 0)) * cumulative_weights.back();
  std::size_t i = 0;
  while (i + 1 < cumulative_weights.size() && at >= cumulative_weights[i]) {
    ++i;
  }
  return flows[i];
}

void RequestPlan::draw(Key user, Key request, std::vector<double>& values, const std::vector<double>* given) const {
  values.assign(defaults.begin(), defaults.end());
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
