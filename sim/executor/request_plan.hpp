// sim/executor/request_plan.hpp
//
// What the requests of a scenario are: which flow each runs (one, or one of a mix by weight) and its attributes. Both
// are draws of who the request is, so that no other request and no load shifts them.
#pragma once

#include <vector>

#include "sim/engine/request.hpp"
#include "sim/executor/attributes.hpp"
#include "sim/spec/workload.hpp"

namespace loadstone {

class ModelBuilder;

struct RequestPlan {
  std::vector<FlowId> flows;
  std::vector<double> cumulative_weights;
  std::vector<AttributePlan> attributes;
  std::vector<double> defaults;  // of all attributes

  [[nodiscard]] FlowId flow_of(Key request) const { return flows.size() == 1 ? flows.front() : pick(request); }
  // The same shares without chance, by the request's number: for the bound.
  [[nodiscard]] FlowId pick_evenly(std::uint64_t number) const;
  // The request's attributes, into `values`: those drawn once per user from `user`, the others from `request`. `given`
  // are values by slot that are not drawn (NaN: drawn); nullptr: all are drawn.
  void draw(Key user, Key request, std::vector<double>& values, const std::vector<double>* given = nullptr) const {
    if (!defaults.empty()) {
      draw_all(user, request, values, given);
    }
  }

 private:
  void draw_all(Key user, Key request, std::vector<double>& values, const std::vector<double>* given) const;
  [[nodiscard]] FlowId pick(Key request) const;
  [[nodiscard]] FlowId pick_at(double share) const;
};

// REQUIRES: all who read attributes have asked for their slots.
[[nodiscard]] RequestPlan plan_requests(const ScenarioSpec& spec, ModelBuilder& builder);

}  // namespace loadstone
