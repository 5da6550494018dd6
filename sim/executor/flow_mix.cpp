#include "sim/executor/flow_mix.hpp"

#include "sim/model/model_builder.hpp"

namespace loadstone {

void plan_flow_mix(const ScenarioSpec& spec, ModelBuilder& builder, std::vector<FlowId>& flows,
                   std::vector<double>& cumulative_weights) {
  double sum = 0;
  for (const auto& [name, weight] : spec.exec) {
    const FlowSpec* flow = builder.topology().find_flow(name);
    if (weight > 0 && flow != nullptr) {
      sum += weight;
      flows.push_back(static_cast<FlowId>(flow - builder.topology().flows.data()));
      cumulative_weights.push_back(sum);
    }
  }
}

}  // namespace loadstone
