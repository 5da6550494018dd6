#include "sim/stats/estimate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "sim/base/check.hpp"

namespace loadstone {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Printed tables: t(0.975; 1) = 12.706, (4) = 2.776, (9) = 2.262, (30) = 2.042; t(0.95; 9) = 1.833.
// Closed forms: dof 1 is Cauchy, tan(pi (p - 1/2)); dof 2 is (2p - 1) / sqrt(2 p (1 - p)).
TEST(StudentT, QuantilesAreThoseOfThePrintedTables) {
  EXPECT_NEAR(student_t_quantile(0.975, 1), 12.706, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.975, 4), 2.776, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.975, 9), 2.262, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.975, 30), 2.042, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.95, 9), 1.833, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.9, 1), std::tan(M_PI * 0.4), 1e-11);
  EXPECT_NEAR(student_t_quantile(0.9, 2), 0.8 / std::sqrt(0.18), 1e-11);
  EXPECT_EQ(student_t_quantile(0.5, 7), 0.0);
  EXPECT_DOUBLE_EQ(student_t_quantile(0.1, 5), -student_t_quantile(0.9, 5));
}

// 1..5: mean 3, squares 4+1+0+1+4 = 10, s^2 = 10/4 = 2.5, error sqrt(2.5/5) = 0.70711, half = 2.7764 * 0.70711
// = 1.9632.
TEST(EstimateMean, FiveValuesGiveTheStudentInterval) {
  const Estimate estimate = estimate_mean(std::vector<double>{1, 2, 3, 4, 5});
  EXPECT_EQ(estimate.value, 3.0);
  ASSERT_TRUE(estimate.ci.has_value());
  EXPECT_NEAR(estimate.ci->lo, 3 - 1.9632, 1e-4);
  EXPECT_NEAR(estimate.ci->hi, 3 + 1.9632, 1e-4);
  EXPECT_EQ(estimate.why, "");
}

// Two values a, b with 95 %: half = 12.706 |a - b| / 2.
TEST(EstimateMean, TwoValuesGiveAVeryWideInterval) {
  const Estimate estimate = estimate_mean(std::vector<double>{1, 3});
  ASSERT_TRUE(estimate.ci.has_value());
  EXPECT_NEAR(estimate.ci->width(), 2 * 12.7062, 1e-3);
}

TEST(EstimateMean, LessConfidenceGivesANarrowerInterval) {
  const std::vector<double> values = {4, 8, 15, 16, 23, 42};
  EXPECT_LT(estimate_mean(values, 0.9).ci->width(), estimate_mean(values, 0.99).ci->width());
}

TEST(EstimateMean, TooFewValuesGiveAReasonInsteadOfAnInterval) {
  const Estimate none = estimate_mean({});
  EXPECT_TRUE(std::isnan(none.value));
  EXPECT_FALSE(none.ci.has_value());
  EXPECT_EQ(none.why, "no replications");
  const Estimate one = estimate_mean(std::vector<double>{7});
  EXPECT_EQ(one.value, 7.0);
  EXPECT_FALSE(one.ci.has_value());
  EXPECT_EQ(one.why, "one replication: an interval needs at least two");
}

TEST(EstimateMean, AValueThatIsNotFiniteIsReportedAndNotDropped) {
  const Estimate estimate = estimate_mean(std::vector<double>{1, std::nan(""), 2, kInfinity});
  EXPECT_TRUE(std::isnan(estimate.value));
  EXPECT_FALSE(estimate.ci.has_value());
  EXPECT_EQ(estimate.why, "2 of 4 replications have no finite value");
}

TEST(EstimateMean, EqualValuesGiveAnIntervalOfWidthZero) {
  const Estimate estimate = estimate_mean(std::vector<double>{2.5, 2.5, 2.5});
  EXPECT_EQ(estimate.ci, (Interval{2.5, 2.5}));
}

TEST(EstimateMean, AConfidenceOutsideItsRangeIsRefused) {
  EXPECT_THROW((void)estimate_mean(std::vector<double>{1, 2}, 1.0), CheckFailure);
  EXPECT_THROW((void)estimate_mean(std::vector<double>{1, 2}, 0.0), CheckFailure);
}

// y = (1, 2, 6), x = (1, 2, 3): ratio 9/6 = 1.5, mean x = 2, residuals (1, 2, 6) - (1.5, 3, 4.5) = (-0.5, -1, 1.5),
// s^2 = (0.25 + 1 + 2.25) / 2 = 1.75, error = sqrt(1.75 / 3) / 2 = 0.38188, t(0.975; 2) = 4.30265, half = 1.64310.
TEST(EstimateRatio, IsTheRatioOfTheSumsWithTheDeltaInterval) {
  const Estimate estimate = estimate_ratio(std::vector<double>{1, 2, 6}, std::vector<double>{1, 2, 3});
  EXPECT_EQ(estimate.value, 1.5);
  ASSERT_TRUE(estimate.ci.has_value());
  EXPECT_NEAR(estimate.ci->lo, 1.5 - 1.64310, 1e-4);
  EXPECT_NEAR(estimate.ci->hi, 1.5 + 1.64310, 1e-4);
}

TEST(EstimateRatio, WithEqualDenominatorsIsTheMean) {
  const std::vector<double> values = {1, 2, 4, 8};
  const Estimate mean = estimate_mean(values);
  const Estimate ratio = estimate_ratio(values, std::vector<double>{1, 1, 1, 1});
  EXPECT_DOUBLE_EQ(ratio.value, mean.value);
  EXPECT_DOUBLE_EQ(ratio.ci->lo, mean.ci->lo);
  EXPECT_DOUBLE_EQ(ratio.ci->hi, mean.ci->hi);
}

TEST(EstimateRatio, AnEmptyDenominatorGivesAReason) {
  const Estimate estimate = estimate_ratio(std::vector<double>{0, 0}, std::vector<double>{0, 0});
  EXPECT_TRUE(std::isnan(estimate.value));
  EXPECT_EQ(estimate.why, "nothing to divide by: the denominators sum to zero");
  EXPECT_EQ(estimate_ratio({}, {}).why, "no replications");
  EXPECT_EQ(estimate_ratio(std::vector<double>{3}, std::vector<double>{2}).value, 1.5);
  EXPECT_THROW((void)estimate_ratio(std::vector<double>{3}, {}), CheckFailure);
}

TEST(WidenedTo, NeverNarrowsAndNeverInventsAnInterval) {
  const Estimate tight = {10, Interval{9, 11}, ""};
  EXPECT_EQ(widened_to(tight, 1).ci, (Interval{9, 11}));
  EXPECT_EQ(widened_to(tight, 6).ci, (Interval{7, 13}));
  EXPECT_FALSE(widened_to(Estimate{10, std::nullopt, "one replication"}, 6).ci.has_value());
}

}  // namespace
}  // namespace loadstone
