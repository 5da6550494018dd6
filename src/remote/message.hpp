// src/remote/message.hpp
//
// What one process tells another that is to run a replication for it, and what that answers: as bytes, between two
// programs of the same build.
//
// Not. A Model cannot be sent: its recipe is, and the other process compiles it again.
// Fails. Reading throws store::CorruptBytes for what the other functions here never write.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "sim/engine/model.hpp"
#include "sim/run/replication.hpp"

namespace loadstone::remote {

struct Order {
  Recipe recipe;
  Duration held_until;   // of the model
  RunSettings settings;  // but for who asks and who runs
  Horizon horizon;
};

// What was seen, or why it could not be run.
using Answer = std::variant<Observations, std::string>;

[[nodiscard]] std::string to_bytes(const Order& order);
[[nodiscard]] Order order_of(std::string_view bytes);

[[nodiscard]] std::string to_bytes(const Answer& answer);
[[nodiscard]] Answer answer_of(std::string_view bytes);

}  // namespace loadstone::remote
