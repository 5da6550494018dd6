#include "sim/expression/interval.hpp"

#include <algorithm>

namespace loadstone::expression {

Interval operator+(const Interval& a, const Interval& b) {
  return {a.low + b.low, a.high + b.high};
}

Interval operator-(const Interval& a, const Interval& b) {
  return {a.low - b.high, a.high - b.low};
}

Interval operator*(const Interval& a, const Interval& b) {
  const auto [low, high] = std::minmax({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
  return {low, high};
}

Interval operator/(const Interval& a, const Interval& b) {
  const auto [low, high] = std::minmax({a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high});
  return {low, high};
}

Interval abs(const Interval& a) {
  const Number low = abs(a.low);
  const Number high = abs(a.high);
  return {a.contains_zero() ? Number(0.0) : std::min(low, high), std::max(low, high)};
}

Truth equal(const Interval& a, const Interval& b) {
  if (a.high < b.low || b.high < a.low) {
    return Truth::no;
  }
  return a.is_point() && b.is_point() ? truth_of(a.low == b.low) : Truth::undecided;
}

Truth less(const Interval& a, const Interval& b) {
  return a.high < b.low ? Truth::yes : (a.low < b.high ? Truth::undecided : Truth::no);
}

Truth less_equal(const Interval& a, const Interval& b) {
  return a.high <= b.low ? Truth::yes : (a.low <= b.high ? Truth::undecided : Truth::no);
}

Truth inside(const Interval& a, const Interval& range) {
  if (a.low >= range.low && a.high <= range.high) {
    return Truth::yes;
  }
  return a.high < range.low || a.low > range.high ? Truth::no : Truth::undecided;
}

Truth inside(const Interval& a, const RoundedRange& range) {
  const Number low(range.low);
  const Number high(range.high);
  const auto contains = [&](const Number& x) {
    return (range.low_included ? x >= low : x > low) && (range.high_included ? x <= high : x < high);
  };
  if (contains(a.low) && contains(a.high)) {
    return Truth::yes;
  }
  const bool below = range.low_included ? a.high < low : a.high <= low;
  const bool above = range.high_included ? a.low > high : a.low >= high;
  return below || above ? Truth::no : Truth::undecided;
}

Truth both(Truth a, Truth b) {
  if (a == Truth::no || b == Truth::no) {
    return Truth::no;
  }
  return a == Truth::yes && b == Truth::yes ? Truth::yes : Truth::undecided;
}

Truth either(Truth a, Truth b) {
  return negate(both(negate(a), negate(b)));
}

}  // namespace loadstone::expression
