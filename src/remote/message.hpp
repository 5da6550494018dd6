// src/remote/message.hpp
//
// What one process tells another that is to run a replication for it (or to say which hosts a platform has), and what
// that answers: as bytes, between two programs of the same build.
//
// Not. A Model cannot be sent: its recipe is, and the other process compiles it again.
// Fails. Reading throws store::CorruptBytes for what the other functions here never write.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/engine/model.hpp"
#include "sim/run/replication.hpp"

namespace loadstone::remote {

// A platform of SimGrid's, as its file had it.
struct PlatformFile {
  std::string path;
  std::string text;
};

struct Order {
  Recipe recipe;
  Duration held_until;   // of the model
  RunSettings settings;  // but for who asks and who runs
  Horizon horizon;
  std::optional<PlatformFile> platform;
  bool asks_for_hosts = false;  // of the platform, instead of a run
};

// Why it could not be run.
struct Failure {
  std::string why;
  bool is_of_input = false;  // what was given cannot be used
};

// Names of hosts are in no order.
using Answer = std::variant<Observations, Failure, std::vector<std::string>>;

[[nodiscard]] std::string to_bytes(const Order& order);
[[nodiscard]] Order order_of(std::string_view bytes);

[[nodiscard]] std::string to_bytes(const Answer& answer);
[[nodiscard]] Answer answer_of(std::string_view bytes);

}  // namespace loadstone::remote
