// sim/executor/open_fields.hpp
//
// The fields that all arrival-rate executors share, k6's and `arrival`.
#pragma once

#include <optional>
#include <string>

#include "sim/spec/field.hpp"

namespace loadstone {

// A number of arrivals per `timeUnit`, or a rate with its own unit: 20, 0.9/s.
struct ArrivalRate {
  double count = 0;
  bool has_unit = false;  // then `count` is per ns

  [[nodiscard]] double per_ns(Duration time_unit) const {
    return has_unit ? count : count / static_cast<double>(time_unit.ns);
  }
};
bool read_arrival_rate(Reader& reader, const Node& node, ArrivalRate& out);

struct OpenFields {
  Duration time_unit;
  PlacedText arrival;
  std::optional<std::int64_t> pre_allocated_users;
  std::optional<std::int64_t> max_users;

  [[nodiscard]] static const FieldTable& fields();
};

// A stage of a ramp.
struct Stage {
  Duration duration;
  ArrivalRate target;

  [[nodiscard]] static const FieldTable& fields();
};

}  // namespace loadstone
