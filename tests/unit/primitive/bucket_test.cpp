#include "sim/primitive/bucket.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace loadstone {
namespace {

void expect_fraction(double x, std::int64_t numerator, std::int64_t denominator) {
  const Fraction f = simplest_fraction(x);
  EXPECT_EQ(f.numerator, numerator) << x;
  EXPECT_EQ(f.denominator, denominator) << x;
}

// 500/min = 500 / 60e9 per ns = 1 / 120e6; what a user writes comes back whatever the double lost.
TEST(SimplestFraction, FindsTheRateThatWasWritten) {
  expect_fraction(1e-9, 1, 1'000'000'000);
  expect_fraction(500.0 / 60e9, 1, 120'000'000);
  expect_fraction(200'000.0 / 60e9, 1, 300'000);
  expect_fraction(7.0 / 60e9, 7, 60'000'000'000);
  expect_fraction(1.0 / 86'400e9, 1, 86'400'000'000'000);
  expect_fraction(0.25, 1, 4);
  expect_fraction(3, 3, 1);
}

TEST(SimplestFraction, ReadsAsTheNumberGiven) {
  for (double x = 1e-16; x < 1e5; x *= 1.618033988749895) {
    const Fraction f = simplest_fraction(x);
    EXPECT_GT(f.numerator, 0) << x;
    EXPECT_NEAR(static_cast<double>(f.numerator) / static_cast<double>(f.denominator) / x, 1, 0x1p-49) << x;
  }
}

}  // namespace
}  // namespace loadstone
