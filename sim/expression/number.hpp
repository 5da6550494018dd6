// sim/expression/number.hpp
//
// A real number that stays an exact fraction for as long as it fits 63 bits, and is a double from then on.
// It makes `0.1 + 0.2 == 0.3` and `3 * 20ms == 60ms` true in expressions, as a reader expects.
//
// Order. Exact when both sides are exact; otherwise the doubles are compared.
// Not.   It has no dimension (see value.hpp) and is not for the hot path (see compiled_condition.hpp).
#pragma once

#include <compare>

#include "sim/expression/quantity.hpp"

namespace loadstone {

class Number {
 public:
  Number() = default;
  // Whole numbers below 2^53 are exact, every other double is taken as rounded.
  Number(double value);  // NOLINT(google-explicit-constructor): a metric is a number
  explicit Number(const Quantity& quantity) : value_(quantity.value), exact_(quantity.exact) {}
  explicit Number(const Ratio& ratio);

  [[nodiscard]] double value() const { return value_; }
  [[nodiscard]] bool is_exact() const { return exact_.known(); }
  [[nodiscard]] bool is_zero() const { return value_ == 0.0; }

  friend Number operator+(const Number& a, const Number& b);
  friend Number operator-(const Number& a, const Number& b);
  friend Number operator*(const Number& a, const Number& b);
  friend Number operator/(const Number& a, const Number& b);  // REQUIRES: b is not zero
  friend Number operator-(const Number& a) { return Number(0.0) - a; }
  friend std::partial_ordering operator<=>(const Number& a, const Number& b);
  friend bool operator==(const Number& a, const Number& b) { return (a <=> b) == 0; }
  friend Number floor(const Number& a);
  friend Number ceil(const Number& a);

 private:
  double value_ = 0;
  Ratio exact_{0, 1};
};

[[nodiscard]] Number abs(const Number& a);

}  // namespace loadstone
