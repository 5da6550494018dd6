#include "sim/executor/open_fields.hpp"

#include <variant>

namespace loadstone {

bool read_arrival_rate(Reader& reader, const Node& node, ArrivalRate& out) {
  Quantity quantity;
  if (!reader.read_quantity(node, {.min = 0}, {kNumber, kRate}, quantity)) {
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

bool read_stages(Reader& reader, const Node& node, std::vector<Stage>& out) {
  static const FieldTable table = [] {
    FieldTable t = FieldTable::of<Stage>();
    t.field("duration", &Stage::duration, "How long the stage is; 0s: at once.");
    t.custom<Stage>("target", "What it leads to.",
                    [](Reader& r, const Node& n, Stage& s) { return read_arrival_rate(r, n, s.target); });
    return t;
  }();
  if (!node.is_sequence() || node.items.empty()) {
    reader.error(node.place, "'stages' needs a list of {target: .., duration: ..}, got " + describe(node));
    return false;
  }
  bool ok = true;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Scope scope(reader, std::to_string(i));
    if (!node.items[i].is_mapping()) {
      reader.error(node.items[i].place, "a stage must be {target: .., duration: ..}, got " + describe(node.items[i]));
      return false;
    }
    ok = table.read(reader, node.items[i], &out.emplace_back()) && ok;
  }
  return ok;
}

}  // namespace loadstone
