// The three signs of saturation and their limits, on observations written by hand.
#include "sim/analysis/saturation.hpp"

#include <gtest/gtest.h>

#include "tests/support/hand_written.hpp"

namespace loadstone::test {
namespace {

Verdict verdict_of(const HandWritten& runs, bool believe_settling = true) {
  return judge_saturation(runs.model(), runs.observations(), {}, believe_settling);
}

Sign sign_of(const HandWritten& runs) {
  return verdict_of(runs).rows[0].sign;
}

TEST(Saturation, OneInAHundredTurnedAwayIsTheLimit) {
  EXPECT_EQ(sign_of(HandWritten().windows({{.arrivals = 1000, .refused = 11}})), Sign::refused);
  EXPECT_EQ(sign_of(HandWritten().windows({{.arrivals = 1000, .refused = 10}})), Sign::none);
  EXPECT_EQ(sign_of(HandWritten().windows({{.arrivals = 1000, .timed_out = 11}})), Sign::refused);
  EXPECT_EQ(sign_of(HandWritten().windows({{.arrivals = 1000, .refused = 6, .timed_out = 6}})), Sign::refused);
}

TEST(Saturation, AShareNearTheLimitWaitsForALongerRun) {
  const Verdict near = verdict_of(HandWritten().windows({{.arrivals = 1000, .refused = 8}}), false);
  EXPECT_TRUE(near.settling);
  EXPECT_FALSE(near.saturated);
  EXPECT_FALSE(verdict_of(HandWritten().windows({{.arrivals = 1000, .refused = 5}}), false).settling);
}

TEST(Saturation, FullAndWaitedForNineteenTwentiethsOfTheTimeIsTheLimit) {
  EXPECT_EQ(sign_of(HandWritten().windows({{.arrivals = 100, .blocked_s = 57.1, .full_s = 60}})), Sign::blocked);
  EXPECT_EQ(sign_of(HandWritten().windows({{.arrivals = 100, .blocked_s = 57, .full_s = 60}})), Sign::none);
  EXPECT_EQ(sign_of(HandWritten().windows({{.arrivals = 100, .blocked_s = 60, .full_s = 57}})), Sign::none)
      << "a line before what is not full";
}

TEST(Saturation, ALineThatKeepsThreeInAThousandGrows) {
  EXPECT_EQ(sign_of(HandWritten().windows({{.arrivals = 10'000, .waiting_more = 31}})), Sign::growth);
  EXPECT_EQ(sign_of(HandWritten().windows({{.arrivals = 10'000, .waiting_more = 29}})), Sign::none);
  EXPECT_EQ(sign_of(HandWritten().windows({{.arrivals = 10'000, .waiting_more = -31}})), Sign::none);
}

TEST(Saturation, NoiseDoesNotAccuse) {
  HandWritten runs;
  runs.windows({{.arrivals = 1000, .waiting_more = 60}});  // 6 %
  runs.windows({{.arrivals = 1000, .waiting_more = -50}});
  runs.windows({{.arrivals = 1000, .waiting_more = 50}});
  EXPECT_EQ(sign_of(runs), Sign::none) << "2 % on average, and as likely none";
}

TEST(Saturation, TheFirstIsWhoWasFullForLonger) {
  HandWritten runs(2);
  runs.windows({{.arrivals = 100}, {.arrivals = 100, .blocked_s = 60, .full_s = 60}}, 0);
  runs.windows({{.arrivals = 100, .blocked_s = 60, .full_s = 60}, {.arrivals = 100, .blocked_s = 60, .full_s = 60}}, 1);
  const Verdict verdict = verdict_of(runs);
  EXPECT_TRUE(verdict.saturated);
  ASSERT_TRUE(verdict.first);
  EXPECT_EQ(*verdict.first, 1U);
  EXPECT_EQ(verdict.agreeing, 1.0);
  EXPECT_EQ(verdict.rows[0].sign, Sign::none) << "half of the time";
}

TEST(Saturation, WhatIsRelievedIsNotJudged) {
  HandWritten runs;
  runs.windows({{.arrivals = 1000, .refused = 500}});
  const std::string relieved[] = {runs.model().resources[0]->name};
  EXPECT_FALSE(judge_saturation(runs.model(), runs.observations(), relieved, true).saturated);
}

}  // namespace
}  // namespace loadstone::test
