// sim/executor/flow_mix.hpp
//
// Which flow a request of a scenario runs: one, or one of a mix by weight, as a draw of the request.
#pragma once

#include <vector>

#include "sim/engine/request.hpp"
#include "sim/spec/workload.hpp"

namespace loadstone {

class ModelBuilder;

void plan_flow_mix(const ScenarioSpec& spec, ModelBuilder& builder, std::vector<FlowId>& flows,
                   std::vector<double>& cumulative_weights);

[[nodiscard]] inline std::size_t pick_flow(const std::vector<double>& cumulative_weights, Key request) {
  if (cumulative_weights.size() == 1) {
    return 0;
  }
  const double at = uniform(draw_of(request, hash_text("flow"), 0)) * cumulative_weights.back();
  std::size_t i = 0;
  while (i + 1 < cumulative_weights.size() && at >= cumulative_weights[i]) {
    ++i;
  }
  return i;
}

}  // namespace loadstone
