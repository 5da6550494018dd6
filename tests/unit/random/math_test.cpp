// Accuracy in units in the last place (ulp) against 50-digit arithmetic of Boost.Multiprecision, and golden bits: the
// same on every machine and compiler, or the fingerprints of whole runs would differ.
#include "sim/random/math.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "sim/random/keyed.hpp"

namespace loadstone {
namespace {

using Wide = boost::multiprecision::cpp_bin_float_50;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double ulps(double got, const Wide& exact) {
  const auto nearest = static_cast<double>(exact);
  const double magnitude = std::fabs(nearest);
  const Wide spacing = Wide(std::nextafter(magnitude, kInfinity)) - Wide(magnitude);
  return static_cast<double>(abs(Wide(got) - exact) / spacing);
}

double relative(double got, const Wide& exact) {
  return static_cast<double>(abs(Wide(got) / exact - 1));
}

// The i-th of a fixed set of numbers, in (0, 1).
double number(std::uint64_t i) {
  return uniform(draw_of(mix(7), mix(9), static_cast<std::uint32_t>(i)));
}

TEST(Math, LogIsWithinTwoUlpFromTheSmallestSubnormalToTheLargestNumber) {
  double worst = 0.0;
  for (std::uint64_t i = 0; i < 40'000; ++i) {
    const double x = std::ldexp(0.5 + 0.5 * number(i), static_cast<int>(i % 2098) - 1073);
    worst = std::max(worst, ulps(math::log(x), log(Wide(x))));
  }
  EXPECT_LT(worst, 1.1);
}

TEST(Math, LogIsWithinTwoUlpNearOneAndAtTheEdgesOfItsTable) {
  double worst = 0.0;
  for (std::uint64_t i = 0; i < 40'000; ++i) {
    const double x = 1.0 + (number(i) - 0.5) * std::ldexp(1.0, -static_cast<int>(i % 52));
    if (x != 1.0) {
      worst = std::max(worst, ulps(math::log(x), log(Wide(x))));
    }
  }
  for (std::uint64_t edge = 0; edge <= 128; ++edge) {
    const std::uint64_t bits = math::detail::kLogOrigin + (edge << 45);
    for (const std::uint64_t near : {bits - 1, bits, bits + 1}) {
      const auto x = std::bit_cast<double>(near);
      worst = std::max(worst, ulps(math::log(x), log(Wide(x))));
    }
  }
  EXPECT_LT(worst, 1.1);
}

TEST(Math, ExpIsWithinOneUlpOverItsWholeRange) {
  double worst = 0.0;
  for (std::uint64_t i = 0; i < 60'000; ++i) {
    const double x = i % 2 == 0 ? (number(i) * 1455.0 - 745.1) : (number(i) - 0.5) * std::ldexp(1.0, -int(i % 60));
    if (x < 709.78) {
      worst = std::max(worst, ulps(math::exp(x), exp(Wide(x))));
    }
  }
  EXPECT_LT(worst, 1.01);
}

TEST(Math, Log1pAndExpm1KeepTheirPrecisionNearZero) {
  double worst_log = 0.0;
  double worst_exp = 0.0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const double x = (2.0 * number(i) - 1.0) * std::ldexp(1.0, -static_cast<int>(i % 70));
    worst_log = std::max(worst_log, relative(math::log1p(x), log1p(Wide(x))));
    worst_exp = std::max(worst_exp, relative(math::expm1(x), expm1(Wide(x))));
  }
  EXPECT_LT(worst_log, 1e-15);
  EXPECT_LT(worst_exp, 1.5e-15);
}

TEST(Math, PowIsWithinOnePartInTenToTheFourteen) {
  double worst = 0.0;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    const double base = std::ldexp(0.5 + number(2 * i), static_cast<int>(i % 60) - 30);
    const double exponent = (number(2 * i + 1) - 0.5) * std::ldexp(1.0, static_cast<int>(i % 11) - 4);
    const Wide exact = pow(Wide(base), Wide(exponent));
    if (exact > Wide(1e-300) && exact < Wide(1e300)) {
      worst = std::max(worst, relative(math::pow(base, exponent), exact));
    }
  }
  EXPECT_LT(worst, 1e-14);
}

TEST(Math, NormalQuantileIsWithinOnePartInTenToTheFourteenInBothTails) {
  double worst = 0.0;
  for (std::uint64_t i = 0; i < 4'000; ++i) {
    const double p = i % 2 == 0 ? number(i) : number(i) * std::ldexp(1.0, -static_cast<int>(i % 1000));
    // Newton's method in 50 digits from our own value: z - (P(z) - p) / density(z), twice.
    const double start = math::normal_quantile(p);
    Wide z = start;
    for (int step = 0; step < 2; ++step) {
      const Wide tail = boost::math::erfc(-z / sqrt(Wide(2))) / 2;
      const Wide density = exp(-z * z / 2) / sqrt(2 * boost::math::constants::pi<Wide>());
      z -= (tail - Wide(p)) / density;
    }
    worst = std::max(worst, relative(start, z));
  }
  EXPECT_LT(worst, 1e-14);
}

TEST(Math, SpecialArgumentsFollowTheCStandard) {
  EXPECT_EQ(math::log(0.0), -kInfinity);
  EXPECT_EQ(math::log(-0.0), -kInfinity);
  EXPECT_EQ(math::log(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(math::log(-1.0)));
  EXPECT_TRUE(std::isnan(math::log(std::nan(""))));
  EXPECT_EQ(std::bit_cast<std::uint64_t>(math::log(1.0)), 0U);
  EXPECT_EQ(math::exp(-kInfinity), 0.0);
  EXPECT_EQ(math::exp(kInfinity), kInfinity);
  EXPECT_EQ(math::exp(710.0), kInfinity);
  EXPECT_EQ(math::exp(-746.0), 0.0);
  EXPECT_EQ(math::exp(0.0), 1.0);
  EXPECT_TRUE(std::isnan(math::exp(std::nan(""))));
  EXPECT_EQ(math::pow(2.0, 10.0), 1024.0);
  EXPECT_EQ(math::pow(0.0, 2.0), 0.0);
  EXPECT_EQ(math::pow(0.0, -2.0), kInfinity);
  EXPECT_EQ(math::pow(kInfinity, 0.5), kInfinity);
  EXPECT_EQ(math::pow(3.0, 0.0), 1.0);
  EXPECT_EQ(math::pow(0.5, 1e300), 0.0);
  EXPECT_EQ(math::pow(0.5, -kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(math::pow(-2.0, 2.0)));
  EXPECT_EQ(math::log1p(-1.0), -kInfinity);
  EXPECT_EQ(math::log1p(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(math::log1p(-2.0)));
  EXPECT_EQ(math::expm1(-1000.0), -1.0);
  EXPECT_EQ(math::normal_quantile(0.0), -kInfinity);
  EXPECT_EQ(math::normal_quantile(1.0), kInfinity);
  EXPECT_EQ(math::normal_quantile(0.5), 0.0);
  EXPECT_TRUE(std::isnan(math::normal_quantile(1.5)));
}

// A digest of many results: any bit that differs on some machine or compiler changes it.
TEST(Math, HasTheSameBitsOnEveryMachine) {
  Key digest = 0;
  const auto add = [&](double value) { digest = combine(digest, std::bit_cast<std::uint64_t>(value)); };
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const double u = number(i);
    const double wide = std::ldexp(u, static_cast<int>(i % 1400) - 700);
    add(math::log(wide));
    add(math::exp((u - 0.5) * 1400.0));
    add(math::pow(wide, 2.0 * u - 1.0));
    add(math::normal_quantile(u));
    add(math::log1p(u));
    add(math::expm1(u));
  }
  EXPECT_EQ(digest, 0xc6dad5a88960f715U);
}

TEST(Math, HasTheseBitsAtAHandfulOfPoints) {
  EXPECT_EQ(math::log(2.0), 0x1.62e42fefa39efp-1);
  EXPECT_EQ(math::log(10.0), 0x1.26bb1bbb55516p+1);
  EXPECT_EQ(math::log(0x1p-1074), -0x1.74385446d71c3p+9);
  EXPECT_EQ(math::exp(1.0), 0x1.5bf0a8b145769p+1);
  EXPECT_EQ(math::exp(-708.5), 0x0.e6cf6d08897acp-1022);
  EXPECT_EQ(math::pow(2.0, 0.5), 0x1.6a09e667f3bcdp+0);
  EXPECT_EQ(math::normal_quantile(0.975), 0x1.f5c0331eeff82p+0);
}

}  // namespace
}  // namespace loadstone
