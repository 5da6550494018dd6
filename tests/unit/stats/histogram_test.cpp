#include "sim/stats/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace loadstone {
namespace {

Histogram of(const std::vector<std::int64_t>& values) {
  Histogram histogram;
  for (const std::int64_t value : values) {
    histogram.record(value);
  }
  return histogram;
}

// A reproducible spread over all magnitudes: a 64-bit linear congruential sequence, cut to a varying number of bits.
std::vector<std::int64_t> scattered(std::size_t n, std::uint64_t state) {
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; i < n; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    values.push_back(static_cast<std::int64_t>((state >> 2) >> (i % 40)));
  }
  return values;
}

TEST(Histogram, AnEmptyOneIsSmallAndAnswersZero) {
  static_assert(sizeof(Histogram) < 600);
  const Histogram empty;
  EXPECT_EQ(empty.count(), 0U);
  EXPECT_EQ(empty.min(), 0);
  EXPECT_EQ(empty.max(), 0);
  EXPECT_EQ(empty.mean(), 0.0);
  EXPECT_EQ(empty.variance(), 0.0);
  EXPECT_EQ(empty.quantile(0.5), 0);
}

TEST(Histogram, ValuesBelow256AreKeptExactly) {
  for (std::int64_t value = 0; value < 256; ++value) {
    EXPECT_EQ(Histogram::bucket_width_at(value), 1);
    EXPECT_EQ(of({0, value, 255}).quantile(0.5), value);
  }
}

// Value v has 2^e <= v < 2^(e+1); the power of two is split in 128, so the bucket is 2^(e-7) wide.
TEST(Histogram, ABucketIsAtMostOne128thOfItsValue) {
  EXPECT_EQ(Histogram::bucket_width_at(256), 2);
  EXPECT_EQ(Histogram::bucket_width_at(511), 2);
  EXPECT_EQ(Histogram::bucket_width_at(512), 4);
  EXPECT_EQ(Histogram::bucket_width_at(INT64_MAX), std::int64_t{1} << 55);
  for (std::int64_t value = 128; value > 0 && value < INT64_MAX / 2; value += value / 3) {
    EXPECT_LE(Histogram::bucket_width_at(value), value / 128);
  }
}

TEST(Histogram, QuantilesAreWithinTheStatedErrorOfTheOrderStatistic) {
  std::vector<std::int64_t> values = scattered(20'000, 7);
  const Histogram histogram = of(values);
  std::sort(values.begin(), values.end());
  for (int k = 0; k <= 1000; ++k) {
    const double q = k / 1000.0;
    const auto rank = std::max<std::size_t>(1, static_cast<std::size_t>(k) * values.size() / 1000);
    const auto exact = static_cast<double>(values[rank - 1]);
    EXPECT_NEAR(static_cast<double>(histogram.quantile(q)), exact, exact * Histogram::kRelativeError) << q;
  }
}

TEST(Histogram, TheExtremesAreExact) {
  const Histogram histogram = of({1'000'003, 1'500'000, 123'456'789'011});
  EXPECT_EQ(histogram.quantile(0.0), 1'000'003);
  EXPECT_EQ(histogram.quantile(1.0), 123'456'789'011);
  EXPECT_EQ(histogram.min(), 1'000'003);
  EXPECT_EQ(histogram.max(), 123'456'789'011);
}

TEST(Histogram, AQuantileNeverLeavesTheRangeOfTheValues) {
  const Histogram histogram = of({1'000'000, 1'000'001, 1'000'001, 1'000'002});
  for (const double q : {0.3, 0.5, 0.7}) {
    EXPECT_GE(histogram.quantile(q), 1'000'000);
    EXPECT_LE(histogram.quantile(q), 1'000'002);
  }
}

// 0.07 * 100 is 7.000000000000001 in binary; the rank meant is 7.
TEST(Histogram, ARoundedProductDoesNotMoveTheRank) {
  std::vector<std::int64_t> one_to_hundred;
  for (std::int64_t value = 1; value <= 100; ++value) {
    one_to_hundred.push_back(value);
  }
  const Histogram histogram = of(one_to_hundred);
  for (int k = 1; k <= 100; ++k) {
    EXPECT_EQ(histogram.quantile(k / 100.0), k);
  }
}

TEST(Histogram, MergingIsAssociativeAndCommutativeAndTheSameAsRecordingTogether) {
  const std::vector<std::int64_t> x = scattered(500, 1);
  const std::vector<std::int64_t> y = scattered(300, 2);
  const std::vector<std::int64_t> z = {0, 1, 127, 128, INT64_MAX};
  std::vector<std::int64_t> all = x;
  all.insert(all.end(), y.begin(), y.end());
  all.insert(all.end(), z.begin(), z.end());
  Histogram left = of(x);
  left.merge(of(y));
  left.merge(of(z));
  Histogram right = of(z);
  right.merge(of(y));
  Histogram outer = of(x);
  outer.merge(right);
  EXPECT_TRUE(left == of(all));
  EXPECT_TRUE(outer == left);
  outer.merge(Histogram());
  EXPECT_TRUE(outer == left);
  Histogram none;
  none.merge(left);
  EXPECT_TRUE(none == left);
}

TEST(Histogram, ACopyIsIndependentAndAMoveLeavesAnEmptyOne) {
  Histogram first = of({5, 500});
  Histogram copy = first;
  copy.record(7);
  EXPECT_EQ(first.count(), 2U);
  EXPECT_FALSE(copy == first);
  const Histogram taken = std::move(copy);
  EXPECT_EQ(taken.count(), 3U);
  copy = Histogram();
  EXPECT_EQ(copy.count(), 0U);
  first.clear();
  EXPECT_TRUE(first == copy);
}

// n = 3 values a + {0, 1, 2} have mean a + 1 and variance 1, whatever a; in doubles a^2 = 10^36 would swallow it.
TEST(Histogram, TheVarianceSurvivesALargeOffset) {
  const std::int64_t offset = 1'000'000'000'000'000'000;
  const Histogram histogram = of({offset, offset + 1, offset + 2});
  EXPECT_EQ(histogram.variance(), 1.0);
  EXPECT_EQ(to_string(histogram.sum()), "3000000000000000003");
  EXPECT_EQ(histogram.mean(), 1e18);
}

// 2 and 5: mean 3.5, deviations 1.5, variance 2 * 1.5^2 / (2 - 1) = 4.5; squares 4 + 25 = 29.
TEST(Histogram, MomentsOfASmallSampleAreThoseOfTheTextbook) {
  const Histogram histogram = of({2, 5});
  EXPECT_EQ(histogram.mean(), 3.5);
  EXPECT_EQ(histogram.variance(), 4.5);
  EXPECT_EQ(to_string(histogram.sum_of_squares()), "29");
  EXPECT_EQ(of({42}).variance(), 0.0);
}

TEST(Histogram, TheLargestValueFits) {
  const Histogram histogram = of({INT64_MAX, INT64_MAX, 0});
  EXPECT_EQ(histogram.quantile(1.0), INT64_MAX);
  EXPECT_EQ(to_string(histogram.sum()), "18446744073709551614");
  EXPECT_EQ(to_string(histogram.sum_of_squares()), "170141183460469231694793815568465002498");  // 2 (2^63 - 1)^2
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.5)), 9.22e18, 9.3e18 / 256);
}

TEST(Histogram, CountAtMostIsExactForSmallValuesAndByBucketAbove) {
  const Histogram histogram = of({0, 0, 3, 1000, 1001, 5000});
  EXPECT_EQ(histogram.count_at_most(0), 2U);
  EXPECT_EQ(histogram.count_at_most(3), 3U);
  EXPECT_EQ(histogram.count_at_most(1000), 5U);
  EXPECT_EQ(histogram.count_at_most(INT64_MAX), 6U);
}

TEST(Histogram, TheBucketsVisitedHoldEveryValueOnce) {
  const Histogram histogram = of({0, 100, 257, 256, 70'000});
  std::uint64_t total = 0;
  std::int64_t previous_end = 0;
  histogram.for_each_bucket([&](std::int64_t low, std::int64_t width, std::uint64_t count) {
    EXPECT_GE(low, previous_end);
    EXPECT_EQ(width, Histogram::bucket_width_at(low));
    previous_end = low + width;
    total += count;
  });
  EXPECT_EQ(total, 5U);
}

TEST(Int128, PrintsInDecimal) {
  EXPECT_EQ(to_string(Int128{0}), "0");
  EXPECT_EQ(to_string(-Int128{12}), "-12");
  EXPECT_EQ(to_string(~UInt128{0}), "340282366920938463463374607431768211455");
  EXPECT_EQ(to_string(static_cast<Int128>(UInt128{1} << 127)), "-170141183460469231731687303715884105728");
}

}  // namespace
}  // namespace loadstone
