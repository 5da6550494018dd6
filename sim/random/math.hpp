// sim/random/math.hpp
//
// Elementary functions of our own: the same bits on every x86-64 machine, with g++ and clang. The C library's differ in
// the last bit between processors with and without FMA.
//
// Accuracy.  log, log1p, exp within 1 ulp (subnormal results too); pow within 1e-14 for exponents of moderate size;
//            normal_quantile within 1e-15 relative.
// Special.   As in C: log(0) = -inf, log of a negative number is NaN, exp overflows to inf and underflows to 0.
//            pow is for bases >= 0; a negative base is NaN.
// Build.     Needs -ffp-contract=off (the project's default) and no -ffast-math.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace loadstone::math {

namespace detail {

// log(x) = k ln 2 + log(c) + log1p((z - c) / c), where x = 2^k z and c is the representative of the interval of z.
struct LogEntry {
  double c;
  double inverse;
  double log_high;  // a multiple of 2^-42, so that k * kLn2High + log_high is exact
  double log_low;
};

inline constexpr double kLn2High = 0x1.62e42fefa38p-1;
inline constexpr double kLn2Low = 0x1.ef35793c7673p-45;
// The intervals cut one octave, from just above 0.6875, into 128; 1.0 lies in the middle of one, whose c is 1.
inline constexpr std::uint64_t kLogOrigin = 0x3fe6100000000000;

extern const std::array<LogEntry, 128> kLogTable;

// The sum of two doubles, the second a correction to the first.
struct Double2 {
  double high;
  double low;
};

// REQUIRES: bits are those of a positive normal number (`scale` powers of two too large).
[[gnu::always_inline]] inline Double2 log_parts(std::uint64_t bits, int scale) {
  const std::uint64_t offset = bits - kLogOrigin;
  const auto exponent = static_cast<double>((static_cast<std::int64_t>(offset) >> 52) - scale);
  const LogEntry& entry = kLogTable[(offset >> 45) & 127];
  const auto z = std::bit_cast<double>(bits - (offset & 0xfff0000000000000));
  const double r = (z - entry.c) * entry.inverse;  // z - c is exact; |r| < 2^-7.6
  const double r2 = r * r;
  const double base = exponent * kLn2High + entry.log_high;  // exact
  const double high = base + r;
  const double lost = (base - high) + r;
  const double series = (1.0 / 3 - r * 0.25) + r2 * ((0.2 - r * (1.0 / 6)) + r2 * (1.0 / 7));
  return {high, (lost + (exponent * kLn2Low + entry.log_low)) + (r2 * r * series - 0.5 * r2)};
}

// Zero, subnormal, negative, infinite and NaN arguments.
double log_of_special(double x);

inline bool is_positive_normal(std::uint64_t bits) {
  return bits - (1ULL << 52) < (2046ULL << 52);
}

}  // namespace detail

[[gnu::always_inline]] inline double log(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  if (!detail::is_positive_normal(bits)) [[unlikely]] {
    return detail::log_of_special(x);
  }
  const detail::Double2 parts = detail::log_parts(bits, 0);
  return parts.high + parts.low;
}

double log1p(double x);
double exp(double x);
double expm1(double x);
double pow(double base, double exponent);

// The x with P(Z <= x) = p for a standard normal Z. -inf at 0, +inf at 1, NaN outside [0, 1].
double normal_quantile(double p);

}  // namespace loadstone::math
