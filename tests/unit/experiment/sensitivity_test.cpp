// Points of a study of guesses, and what is made of their outcomes, on numbers whose answers can be seen.
#include "sim/experiment/sensitivity.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

namespace loadstone {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

std::vector<VariedNumber> guesses() {
  return {{.path = "a", .value = "10", .low = 0.5, .high = 2, .low_text = "5", .high_text = "20"},
          {.path = "b", .value = "1ms", .low = 0.1, .high = 1, .low_text = "100us", .high_text = "1ms"}};
}

Outcome breaks(double at, const std::string& first) {
  return {.impossible = "", .at = {.value = at, .ci = std::nullopt, .why = ""}, .first = first};
}

TEST(SensitivityPoints, BeginAsWrittenAndTakeEachGuessToBothEnds) {
  const auto points = sensitivity_points(guesses(), 3, 1);
  ASSERT_EQ(points.size(), 1 + 4 + 3U);
  EXPECT_THAT(points[0], ElementsAre(1, 1));
  EXPECT_THAT(points[1], ElementsAre(0.5, 1));
  EXPECT_THAT(points[2], ElementsAre(2, 1));
  EXPECT_THAT(points[3], ElementsAre(1, 0.1));
  EXPECT_THAT(points[4], ElementsAre(1, 1));
}

// On a logarithmic scale: of 40 samples one in each fortieth of every guess's range.
TEST(SensitivityPoints, SamplesAreALatinHypercube) {
  const auto points = sensitivity_points(guesses(), 40, 7);
  for (const auto& [guess, low, high] : {std::tuple{0U, 0.5, 2.0}, std::tuple{1U, 0.1, 1.0}}) {
    std::set<int> strata;
    for (std::size_t i = 5; i < points.size(); ++i) {
      const double share = std::log(points[i][guess] / low) / std::log(high / low);
      ASSERT_GT(share, 0);
      ASSERT_LT(share, 1);
      strata.insert(static_cast<int>(share * 40));
    }
    EXPECT_EQ(strata.size(), 40U);
  }
}

TEST(SensitivityPoints, DependOnTheSeedAndNotOnOtherGuesses) {
  const auto points = sensitivity_points(guesses(), 8, 1);
  auto alone = guesses();
  alone.pop_back();
  const auto of_one = sensitivity_points(alone, 8, 1);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(points[5 + i][0], of_one[3 + i][0]);
  }
  EXPECT_NE(sensitivity_points(guesses(), 8, 2)[5], points[5]);
}

// Guess a turns the verdict, b moves the capacity more: what turns it comes first.
TEST(SensitivitySummary, WhatFlipsComesBeforeWhatMoves) {
  const auto points = sensitivity_points(guesses(), 0, 1);
  const Sensitivity s = summarize_sensitivity(
      {guesses()[1], guesses()[0]}, points,
      {breaks(10, "pool"), breaks(5, "pool"), breaks(40, "pool"), breaks(10, "pool"), breaks(8, "cpu")});
  ASSERT_EQ(s.alone.size(), 2U);
  EXPECT_EQ(s.alone[0].guess.path, "a");
  EXPECT_TRUE(s.alone[0].flips);
  EXPECT_DOUBLE_EQ(s.alone[0].factor, 10.0 / 8);
  EXPECT_EQ(s.alone[1].guess.path, "b");
  EXPECT_FALSE(s.alone[1].flips);
  EXPECT_DOUBLE_EQ(s.alone[1].factor, 8);
  EXPECT_EQ(s.samples, 0U);
  EXPECT_EQ(s.alone[1].rank_correlation, 0);
}

TEST(SensitivitySummary, AnEndThatCannotBeRunFlipsNothing) {
  const auto points = sensitivity_points({guesses()[0]}, 0, 1);
  Outcome impossible;
  impossible.impossible = "'min_size' is more than 'max_size'";
  const Sensitivity s =
      summarize_sensitivity({guesses()[0]}, points, {breaks(10, "pool"), impossible, breaks(20, "pool")});
  EXPECT_FALSE(s.alone[0].flips);
  EXPECT_DOUBLE_EQ(s.alone[0].factor, 2);
}

// Four samples: the capacity is the first guess, so their ranks agree; one cannot be run and counts nowhere.
TEST(SensitivitySummary, SharesCapacitiesAndRanksAreOverTheSamplesThatRan) {
  const std::vector<VariedNumber> one{guesses()[0]};
  const std::vector<Factors> points{{1}, {0.5}, {2}, {0.6}, {0.9}, {1.5}, {1.9}};
  Outcome impossible;
  impossible.impossible = "no";
  const Sensitivity s = summarize_sensitivity(
      one, points,
      {breaks(10, "a"), breaks(5, "a"), breaks(12, "b"), breaks(6, "a"), impossible, breaks(12, "b"), breaks(13, "b")});
  EXPECT_EQ(s.samples, 3U);
  EXPECT_EQ(s.impossible, 1U);
  ASSERT_EQ(s.together.size(), 2U);
  EXPECT_EQ(s.together[0].first, "b");
  EXPECT_EQ(s.together[0].samples, 2U);
  EXPECT_THAT(s.capacities, ElementsAre(6, 12, 13));
  EXPECT_DOUBLE_EQ(s.alone[0].rank_correlation, 1);
}

TEST(SensitivitySummary, EqualValuesShareTheirRank) {
  const std::vector<VariedNumber> one{guesses()[0]};
  const std::vector<Factors> points{{1}, {0.5}, {2}, {0.6}, {0.9}, {1.5}};
  const Sensitivity s = summarize_sensitivity(
      one, points, {breaks(10, "a"), breaks(5, "a"), breaks(9, "a"), breaks(9, "a"), breaks(9, "a"), breaks(12, "a")});
  // ranks 0 1 2 against 0.5 0.5 2: covariance 1.5, variances 2 and 1.5
  EXPECT_THAT(s.alone[0].rank_correlation, DoubleEq(1.5 / std::sqrt(2 * 1.5)));
}

TEST(Quantiles, AreOfTheSmallestValuesThatReachTheShare) {
  EXPECT_EQ(quantile_of({1, 2, 3, 4, 5}, 0.1), 1);
  EXPECT_EQ(quantile_of({1, 2, 3, 4, 5}, 0.5), 3);
  EXPECT_EQ(quantile_of({1, 2, 3, 4, 5}, 0.9), 5);
  EXPECT_TRUE(std::isnan(quantile_of({}, 0.5)));
}

}  // namespace
}  // namespace loadstone
