// When work ends that is slow for a time.
#include <gtest/gtest.h>

#include "sim/engine/pace.hpp"

namespace loadstone::test {
namespace {

using namespace literals;

SimTime at(std::int64_t ns) {
  return {ns};
}

TEST(Pace, IsEvenWithoutSpans) {
  const Pace pace;
  EXPECT_TRUE(pace.is_even());
  EXPECT_EQ(pace.end_of(at(5), 7_ns), at(12));
  EXPECT_EQ(pace.factor_at(at(5)), 1);
}

TEST(Pace, StretchesInsideItsSpanOnly) {
  Pace pace;
  pace.slow(at(100), at(200), 4);
  EXPECT_EQ(pace.end_of(at(0), 100_ns), at(100));  // done when it begins
  EXPECT_EQ(pace.end_of(at(0), 110_ns), at(140));  // 10 of them take 40
  EXPECT_EQ(pace.end_of(at(0), 125_ns), at(200));  // 25 x 4 = 100
  EXPECT_EQ(pace.end_of(at(0), 130_ns), at(205));  // 5 are left
  EXPECT_EQ(pace.end_of(at(100), 25_ns), at(200));
  EXPECT_EQ(pace.end_of(at(199), 1_ns), at(201));  // 1/4 of it is done in 1 ns; rounded up
  EXPECT_EQ(pace.end_of(at(200), 10_ns), at(210));
  EXPECT_EQ(pace.end_of(at(150), 0_ns), at(150));
}

TEST(Pace, MultipliesWhereSpansOverlap) {
  Pace pace;
  pace.slow(at(0), at(60), 2);
  pace.slow(at(30), at(90), 3);
  EXPECT_EQ(pace.factor_at(at(29)), 2);
  EXPECT_EQ(pace.factor_at(at(30)), 6);
  EXPECT_EQ(pace.factor_at(at(60)), 3);
  EXPECT_EQ(pace.factor_at(at(90)), 1);
  EXPECT_EQ(pace.end_of(at(0), 30_ns), at(90));  // 15 by 30, 5 by 60, 10 by 90
  EXPECT_EQ(pace.changes(), (std::vector<SimTime>{at(0), at(30), at(60), at(90)}));
}

TEST(Pace, TakesFractions) {
  Pace pace;
  pace.slow(at(0), kEndOfTime, 2.5);
  EXPECT_EQ(pace.end_of(at(10), 4_ns), at(20));
  EXPECT_EQ(pace.end_of(at(0), 1_ns), at(3));
}

TEST(Pace, EndsBeforeTheEndOfTime) {
  Pace pace;
  pace.slow(at(0), kEndOfTime, 1e6);
  pace.slow(at(0), kEndOfTime, 1e6);
  EXPECT_EQ(pace.factor_at(at(1)), 1e6);
  EXPECT_EQ(pace.end_of(at(0), Duration{kEndOfTime.ns}), kEndOfTime);
}

}  // namespace
}  // namespace loadstone::test
