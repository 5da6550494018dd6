// sim/executor/attributes.hpp
//
// How the requests of a scenario get their attributes: each is a draw keyed by who the request is (or which virtual
// user makes it) and the attribute's name, so no attribute shifts another.
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

// Draws the attributes whose `each` matches: for a request, those drawn each request and iteration; for a user, those
// drawn each vu. `values` holds the model's defaults, or the user's attributes.
void draw_attributes(const std::vector<AttributePlan>& plans, Key key, bool of_user, std::vector<double>& values);

}  // namespace loadstone
