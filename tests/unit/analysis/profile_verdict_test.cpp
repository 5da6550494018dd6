// What breaks a workload as written, window by window, on observations written by hand.
#include "sim/analysis/profile_verdict.hpp"

#include <gtest/gtest.h>

#include "tests/support/hand_written.hpp"

namespace loadstone::test {
namespace {

constexpr Window kCalm{.arrivals = 1000};
constexpr Window kBlocked{.arrivals = 1000, .blocked_s = 60, .full_s = 60};
constexpr Window kRefusing{.arrivals = 1000, .refused = 100};

ProfileVerdict verdict_of(const HandWritten& runs) {
  return judge_profile(runs.model(), runs.observations(), Duration{60'000'000'000});
}

TEST(ProfileVerdict, ACalmCourseHolds) {
  const ProfileVerdict verdict = verdict_of(HandWritten().windows({kCalm, kCalm, kCalm}));
  EXPECT_FALSE(verdict.surely || verdict.probably || verdict.maybe);
  EXPECT_EQ(verdict.sign, Sign::none);
  EXPECT_FALSE(verdict.first);
}

TEST(ProfileVerdict, OneBadMinuteIsEnoughAndIsNamed) {
  const ProfileVerdict verdict = verdict_of(HandWritten().windows({kCalm, kCalm, kBlocked, kCalm}));
  EXPECT_TRUE(verdict.surely && verdict.probably && verdict.maybe);
  EXPECT_EQ(verdict.sign, Sign::blocked);
  EXPECT_EQ(verdict.first, RowId{0});
  EXPECT_EQ(verdict.window_s, (Interval{120, 180}));
  EXPECT_EQ(verdict.agreeing, 1.0);
}

TEST(ProfileVerdict, ALineThatLastsLessThanAMinuteHolds) {
  const ProfileVerdict verdict =
      verdict_of(HandWritten().windows({{.arrivals = 1000, .blocked_s = 30, .full_s = 30}, kCalm}));
  EXPECT_FALSE(verdict.maybe);
}

TEST(ProfileVerdict, TheEarlierMinuteIsFirstAndInOneMinuteTheWorse) {
  HandWritten later(2);
  later.windows({kCalm, kBlocked}, 0);
  later.windows({kRefusing, kCalm}, 1);
  EXPECT_EQ(verdict_of(later).first, RowId{1});
  EXPECT_EQ(verdict_of(later).window_s, (Interval{0, 60}));

  HandWritten same(2);
  same.windows({kBlocked}, 0);   // 5 % beyond its limit
  same.windows({kRefusing}, 1);  // nine times beyond
  EXPECT_EQ(verdict_of(same).first, RowId{1});
  EXPECT_EQ(verdict_of(same).sign, Sign::refused);
}

TEST(ProfileVerdict, WhatReplicationsDoNotAgreeOnIsNotSure) {
  HandWritten runs;
  runs.windows({kRefusing});
  runs.windows({kCalm});
  const ProfileVerdict verdict = verdict_of(runs);
  EXPECT_FALSE(verdict.surely);
  EXPECT_TRUE(verdict.probably) << "5 % on average";
  EXPECT_TRUE(verdict.maybe);
  EXPECT_EQ(verdict.agreeing, 0.5);
}

TEST(ProfileVerdict, RequestsThatAreLeftAtTheEndBreakItAndTheLongestLineIsNamed) {
  HandWritten runs(2);
  runs.windows({kCalm}, 0);
  runs.windows({kCalm}, 1);
  runs.left_at_end(/*inside=*/2, /*of=*/1000, /*waiting at=*/1);
  const ProfileVerdict verdict = verdict_of(runs);
  EXPECT_TRUE(verdict.surely);
  EXPECT_EQ(verdict.sign, Sign::undrained);
  EXPECT_EQ(verdict.first, RowId{1});
  EXPECT_FALSE(verdict.window_s);

  HandWritten few(1);
  few.windows({kCalm});
  few.left_at_end(1, 1000, 0);
  EXPECT_FALSE(verdict_of(few).surely) << "one in a thousand is the limit";
}

// 500 a minute are served, so 500 take the minute that they may.
TEST(ProfileVerdict, ALineThatTakesLongerThanAMinuteIsLeft) {
  const auto left = [](std::int64_t waiting, std::uint64_t served) {
    HandWritten runs;
    runs.windows({kCalm, {.arrivals = 1000, .granted = served, .waiting_more = waiting}});
    return verdict_of(runs);
  };
  EXPECT_TRUE(left(501, 500).surely);
  EXPECT_EQ(left(501, 500).sign, Sign::undrained);
  EXPECT_EQ(left(501, 500).first, RowId{0});
  EXPECT_FALSE(left(501, 500).window_s);
  EXPECT_FALSE(left(500, 500).probably);
  EXPECT_TRUE(left(10, 0).surely) << "served by nobody";
  EXPECT_FALSE(left(9, 0).maybe) << "so few are no line";
}

TEST(ProfileVerdict, ARunThatALimitEndedBreaks) {
  HandWritten runs;
  runs.windows({kCalm});
  runs.stopped("too many requests in flight");
  EXPECT_TRUE(verdict_of(runs).surely);
  EXPECT_FALSE(verdict_of(runs).first);
}

}  // namespace
}  // namespace loadstone::test
