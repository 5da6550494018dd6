// Exact fractions: 128-bit intermediate results, lowest terms, and "unknown" as soon as 63 bits do not suffice.
#include <cstdint>
#include <limits>

#include "sim/expression/quantity.hpp"

namespace loadstone {
namespace {

__extension__ using Int128 = __int128;

Int128 greatest_common_divisor(Int128 a, Int128 b) {
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

Ratio reduced(Int128 numerator, Int128 denominator) {
  if (denominator == 0) {
    return {};
  }
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  const Int128 divisor = greatest_common_divisor(numerator, denominator);
  numerator /= divisor;
  denominator /= divisor;
  constexpr Int128 kMost = std::numeric_limits<std::int64_t>::max();
  if (numerator > kMost || numerator < -kMost || denominator > kMost) {
    return {};
  }
  return {static_cast<std::int64_t>(numerator), static_cast<std::int64_t>(denominator)};
}

Ratio sum(const Ratio& a, const Ratio& b, int sign) {
  if (!a.known() || !b.known()) {
    return {};
  }
  const Int128 left = static_cast<Int128>(a.numerator) * b.denominator;
  const Int128 right = static_cast<Int128>(b.numerator) * a.denominator;
  return reduced(left + sign * right, static_cast<Int128>(a.denominator) * b.denominator);
}

}  // namespace

double Ratio::value() const {
  return static_cast<double>(numerator) / static_cast<double>(denominator);
}

Ratio operator+(const Ratio& a, const Ratio& b) {
  return sum(a, b, 1);
}

Ratio operator-(const Ratio& a, const Ratio& b) {
  return sum(a, b, -1);
}

Ratio operator*(const Ratio& a, const Ratio& b) {
  if (!a.known() || !b.known()) {
    return {};
  }
  return reduced(static_cast<Int128>(a.numerator) * b.numerator, static_cast<Int128>(a.denominator) * b.denominator);
}

Ratio operator/(const Ratio& a, const Ratio& b) {
  if (!a.known() || !b.known() || b.numerator == 0) {
    return {};
  }
  return reduced(static_cast<Int128>(a.numerator) * b.denominator, static_cast<Int128>(a.denominator) * b.numerator);
}

int compare(const Ratio& a, const Ratio& b) {
  const Int128 left = static_cast<Int128>(a.numerator) * b.denominator;
  const Int128 right = static_cast<Int128>(b.numerator) * a.denominator;
  return left < right ? -1 : (left > right ? 1 : 0);
}

}  // namespace loadstone
