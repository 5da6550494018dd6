#include "sim/expression/number.hpp"

#include <cmath>

namespace loadstone {
namespace {

Ratio whole_ratio(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::abs(value) >= kExact || value != std::floor(value)) {
    return {};
  }
  return {static_cast<std::int64_t>(value), 1};
}

std::int64_t floor_of(const Ratio& ratio) {
  const std::int64_t quotient = ratio.numerator / ratio.denominator;
  return quotient - (ratio.numerator % ratio.denominator < 0 ? 1 : 0);
}

Number either(const Ratio& exact, double rounded) {
  return exact.known() ? Number(exact) : Number(rounded);
}

}  // namespace

Number::Number(double value) : value_(value), exact_(whole_ratio(value)) {}

Number::Number(const Ratio& ratio) : value_(ratio.value()), exact_(ratio) {}

Number operator+(const Number& a, const Number& b) {
  return either(a.exact_ + b.exact_, a.value_ + b.value_);
}

Number operator-(const Number& a, const Number& b) {
  return either(a.exact_ - b.exact_, a.value_ - b.value_);
}

Number operator*(const Number& a, const Number& b) {
  return either(a.exact_ * b.exact_, a.value_ * b.value_);
}

Number operator/(const Number& a, const Number& b) {
  return either(a.exact_ / b.exact_, a.value_ / b.value_);
}

std::partial_ordering operator<=>(const Number& a, const Number& b) {
  if (a.is_exact() && b.is_exact()) {
    return compare(a.exact_, b.exact_) <=> 0;
  }
  return a.value_ <=> b.value_;
}

Number floor(const Number& a) {
  return a.is_exact() ? Number(Ratio{floor_of(a.exact_), 1}) : Number(std::floor(a.value_));
}

Number ceil(const Number& a) {
  return -floor(-a);
}

Number abs(const Number& a) {
  return a < Number(0.0) ? -a : a;
}

}  // namespace loadstone
