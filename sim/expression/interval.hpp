// sim/expression/interval.hpp
//
// Interval arithmetic and three-valued comparison. A number is an interval of one point.
//
// Not. It does not know that two intervals are the same thing: x - x of 1 .. 2 is -1 .. 1.
#pragma once

#include "sim/expression/ast.hpp"
#include "sim/expression/value.hpp"

namespace loadstone::expression {

struct Interval {
  Number low;
  Number high;

  [[nodiscard]] bool is_point() const { return low == high; }
  [[nodiscard]] bool contains_zero() const { return low <= Number(0.0) && high >= Number(0.0); }
};

[[nodiscard]] Interval operator+(const Interval& a, const Interval& b);
[[nodiscard]] Interval operator-(const Interval& a, const Interval& b);
[[nodiscard]] Interval operator*(const Interval& a, const Interval& b);
[[nodiscard]] Interval operator/(const Interval& a, const Interval& b);  // REQUIRES: b does not contain zero
[[nodiscard]] Interval abs(const Interval& a);

[[nodiscard]] Truth equal(const Interval& a, const Interval& b);
[[nodiscard]] Truth less(const Interval& a, const Interval& b);
[[nodiscard]] Truth less_equal(const Interval& a, const Interval& b);
[[nodiscard]] Truth inside(const Interval& a, const Interval& range);
[[nodiscard]] Truth inside(const Interval& a, const RoundedRange& range);

[[nodiscard]] Truth both(Truth a, Truth b);
[[nodiscard]] Truth either(Truth a, Truth b);

}  // namespace loadstone::expression
