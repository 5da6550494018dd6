#include "sim/spec/range.hpp"

namespace loadstone {

namespace {

std::string refused(std::string_view text) {
  return "'" + std::string(text) + "' is no range: 1ms .. 10ms, or x4";
}

}  // namespace

Parsed<Range> parse_range(std::string_view text) {
  Range range;
  if (const auto ends = split_interval(text)) {
    const auto low = parse_quantity(ends->first);
    const auto high = parse_quantity(ends->second);
    const auto* a = std::get_if<Quantity>(&low);
    const auto* b = std::get_if<Quantity>(&high);
    if (a == nullptr || b == nullptr) {
      return refused(text);
    }
    if (a->dim != b->dim || a->value > b->value) {
      return "'" + std::string(text) + "' does not run from less to more of one kind";
    }
    range.low = *a;
    range.high = *b;
    return range;
  }
  const auto factor = parse_quantity(text.substr(text.empty() ? 0 : 1));
  const auto* quantity = std::get_if<Quantity>(&factor);
  if (!text.starts_with('x') || quantity == nullptr || quantity->dim != kNumber || quantity->value < 1) {
    return refused(text);
  }
  range.factor = quantity->value;
  return range;
}

}  // namespace loadstone
