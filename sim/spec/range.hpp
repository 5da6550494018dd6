// sim/spec/range.hpp
//
// How far a number may be off: `1ms .. 10ms`, or `x4`, from a quarter of it to four times it.
#pragma once

#include <string_view>

#include "sim/expression/quantity.hpp"

namespace loadstone {

struct Range {
  Quantity low;
  Quantity high;
  double factor = 0;  // of `x4`: then low and high are not set

  // The ends for a number whose value is `value`, in base units.
  [[nodiscard]] double low_of(double value) const { return factor > 0 ? value / factor : low.value; }
  [[nodiscard]] double high_of(double value) const { return factor > 0 ? value * factor : high.value; }
  // Whether its ends say something of a number of that dimension.
  [[nodiscard]] bool fits(const Dimension& dimension) const { return factor > 0 || low.dim == dimension; }
};

[[nodiscard]] Parsed<Range> parse_range(std::string_view text);

}  // namespace loadstone
