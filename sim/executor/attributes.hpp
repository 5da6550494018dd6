// sim/executor/attributes.hpp
//
// How the requests of a scenario get their attributes: each is a draw keyed by who the request is (or which virtual
// user makes it) and the attribute's name, so no attribute shifts another.
//
// Unread. What no resource, step or trace names is not drawn, and has no place in a request.
// Nested. A member of a population lies within one member of another: a user who keeps the one keeps the other, so
//         what an attribute drawn once per user lies within, or is derived from, is drawn once per user too.
#pragma once

#include <optional>
#include <vector>

#include "sim/engine/simulation.hpp"
#include "sim/random/discrete.hpp"
#include "sim/spec/workload.hpp"

namespace loadstone {

class ModelBuilder;

struct AttributePlan {
  std::uint16_t slot = 0;
  Each each = Each::request;
  Key site = 0;
  std::optional<DiscreteLaw> discrete;
  std::optional<Distribution> distribution;
  std::int32_t parent = -1;  // slot of the population that it lies within; then the member is parent x count + draw
  std::int32_t of = -1;      // slot of the attribute that a hash is of
  std::uint64_t count = 1;
};

// In an order in which parents come first.
[[nodiscard]] std::vector<AttributePlan> plan_attributes(const ScenarioSpec& scenario, ModelBuilder& builder);

// Draws all attributes into `values`, which holds the model's defaults: those drawn each vu from `user`, the others
// from `request`; one with a value in `given` (by slot; NaN: none) is in `values` already.
void draw_attributes(const std::vector<AttributePlan>& plans, Key user, Key request, const std::vector<double>* given,
                     std::vector<double>& values);

}  // namespace loadstone
