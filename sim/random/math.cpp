#include "sim/random/math.hpp"

#include <cmath>
#include <limits>

#include "sim/base/infinity.hpp"
#include "sim/random/math_tables.hpp"

namespace loadstone::math {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// value * 2^power, rounded once also where the result is subnormal. REQUIRES: value near 1, |power| < 2000.
double scale_by_power(double value, int power) {
  const auto two_to = [](int n) { return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52); };
  if (power > 1023) {
    return value * 0x1p1023 * two_to(power - 1023);
  }
  if (power < -1022) {
    return value * two_to(power + 200) * 0x1p-200;
  }
  return value * two_to(power);
}

// exp(high + low), low a correction far below high.
double exp_of_sum(double high, double low) {
  constexpr double kPerLn2 = 0x1.71547652b82fep7;     // 128 / ln 2
  constexpr double kStepHigh = 0x1.62e42fefap-8;      // ln 2 / 128 in 33 bits, so that steps * kStepHigh is exact
  constexpr double kStepLow = 0x1.cf79abc9e3b3ap-47;  // and the rest
  constexpr double kRound = 0x1.8p52;                 // adding and subtracting it rounds to an integer
  if (high > 709.79) {
    return kInfinity;
  }
  if (high < -745.14) {
    return 0.0;
  }
  const double steps = (high * kPerLn2 + kRound) - kRound;
  const auto index = static_cast<int>(steps);
  const detail::ExpEntry& entry = detail::kExpTable[static_cast<std::size_t>(index & 127)];
  const double r = (high - steps * kStepHigh) - steps * kStepLow;  // |r| < 2^-8.5
  const double r2 = r * r;
  const double series = (0.5 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
  const double fraction = (r + (entry.tail + low)) + r2 * series;
  return scale_by_power(entry.power + entry.power * fraction, index >> 7);
}

// a * b without error, as high + low (Dekker's splitting). REQUIRES: |a|, |b| < 2^990.
detail::Double2 exact_product(double a, double b) {
  const auto top = [](double x) { return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & ~0x7ffffffULL); };
  const double a_high = top(a);
  const double b_high = top(b);
  const double a_low = a - a_high;
  const double b_low = b - b_high;
  const double product = a * b;
  const double error = ((a_high * b_high - product) + (a_high * b_low + a_low * b_high)) + a_low * b_low;
  return {product, error};
}

// In two parts that do not overlap.
detail::Double2 log_of_positive(double x) {
  const bool subnormal = x < std::numeric_limits<double>::min();
  const auto bits = std::bit_cast<std::uint64_t>(subnormal ? x * 0x1p54 : x);
  const detail::Double2 parts = detail::log_parts(bits, subnormal ? 54 : 0);
  const double sum = parts.high + parts.low;
  return {sum, parts.low - (sum - parts.high)};
}

}  // namespace

double detail::log_of_special(double x) {
  if (x == 0.0) {
    return -kInfinity;
  }
  if (!(x > 0.0)) {
    return kNan;
  }
  if (x == kInfinity) {
    return x;
  }
  return log_of_positive(x).high;
}

double log1p(double x) {
  const double sum = 1.0 + x;
  if (sum == 1.0) {
    return x;
  }
  if (!(sum > 0.0) || sum == kInfinity) {
    return log(sum);
  }
  // What rounding 1 + x lost, taken back in first order.
  const double lost = x >= 1.0 ? 1.0 - (sum - x) : x - (sum - 1.0);
  return log(sum) + lost / sum;
}

double exp(double x) {
  if (x != x) {
    return x;
  }
  return exp_of_sum(x, 0.0);
}

double expm1(double x) {
  if (x > -0.25 && x < 0.25) {
    // Horner's scheme of sum x^(n-1) / n!, 15 terms.
    double series = 1.0 / 16;
    for (int n = 15; n >= 2; --n) {
      series = (1.0 + x * series) / n;
    }
    return x + x * (x * series);
  }
  return exp(x) - 1.0;
}

double pow(double base, double exponent) {
  if (exponent == 0.0 || base == 1.0) {
    return 1.0;
  }
  if (base != base || exponent != exponent || base < 0.0) {
    return kNan;
  }
  if (base == 0.0 || base == kInfinity) {
    return (base == 0.0) == (exponent > 0.0) ? 0.0 : kInfinity;
  }
  if (exponent > 0x1p70 || exponent < -0x1p70) {
    return (base > 1.0) == (exponent > 0.0) ? kInfinity : 0.0;
  }
  const detail::Double2 logarithm = log_of_positive(base);
  const detail::Double2 product = exact_product(logarithm.high, exponent);
  return exp_of_sum(product.high, product.low + logarithm.low * exponent);
}

}  // namespace loadstone::math
