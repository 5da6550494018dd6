#include "sim/executor/open_fields.hpp"

#include <variant>

namespace loadstone {

bool read_arrival_rate(Reader& reader, const Node& node, ArrivalRate& out) {
  Quantity quantity;
  if (!reader.read_quantity(node, {.min = 0}, {kNumber, kRate}, quantity)) {
    return false;
  }
  constexpr double kMost = 1e9;  // a second, or in a timeUnit: time is counted in nanoseconds
  if (quantity.value > (quantity.dim == kRate ? kMost / 1e9 : kMost)) {
    reader.error(node.place, "a rate must be at most 1e9/s");
    return false;
  }
  out = {quantity.value, quantity.dim == kRate};
  return true;
}

const FieldTable& OpenFields::fields() {
  static const FieldTable table =
      FieldTable::of<OpenFields>()
          .field("timeUnit", &OpenFields::time_unit, "What a rate without a unit is per.",
                 {.default_text = "1s", .bounds = {.above_min = true}})
          .field("arrival", &OpenFields::arrival, "poisson, even (as k6) or gamma(cv=..).", {.default_text = "poisson"})
          .field("preAllocatedVUs", &OpenFields::pre_allocated_users, "k6's; has no effect here.")
          .field("maxVUs", &OpenFields::max_users,
                 "Requests in flight at which further ones are dropped; absent: unlimited.", {.bounds = {.min = 1}});
  return table;
}

const FieldTable& Stage::fields() {
  static const FieldTable table = [] {
    FieldTable t = FieldTable::of<Stage>();
    t.field("duration", &Stage::duration, "How long the stage is; 0s: at once.");
    t.custom<Stage>("target", "What rate it leads to.",
                    [](Reader& r, const Node& n, Stage& s) { return read_arrival_rate(r, n, s.target); });
    return t;
  }();
  return table;
}

}  // namespace loadstone
