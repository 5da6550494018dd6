#include "sim/theory/bounds.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace loadstone {
namespace {

// Demands 20, 60 and 100 ms on 1, 4 and 2 servers: rates 50, 66.7 and 20 per second; D = 0.18.
const std::vector<BoundStation> kThree = {{0.020, 1}, {0.060, 4}, {0.100, 2}};

TEST(Bounds, AnOpenSystemIsLimitedByItsSmallestRate) {
  const ThroughputBound bound = open_throughput_bound(kThree);
  EXPECT_DOUBLE_EQ(bound.per_second, 20);
  EXPECT_EQ(bound.station, 2);
}

// Z = 0.82: N* = (0.18 + 0.82) x 20 = 20 users.
TEST(Bounds, AClosedSystemIsLimitedByItsUsersBelowTheKneeAndByItsServersAbove) {
  EXPECT_DOUBLE_EQ(closed_knee(kThree, 0.82), 20);
  EXPECT_DOUBLE_EQ(closed_throughput_bound(kThree, 5, 0.82).per_second, 5);
  EXPECT_EQ(closed_throughput_bound(kThree, 5, 0.82).station, -1);
  EXPECT_DOUBLE_EQ(closed_throughput_bound(kThree, 50, 0.82).per_second, 20);
  EXPECT_EQ(closed_throughput_bound(kThree, 50, 0.82).station, 2);
}

// Below the knee at least D = 0.18; with 50 users at least 50 / 20 - 0.82 = 1.68.
TEST(Bounds, TheResponseIsAtLeastTheDemandAndAtLeastWhatTheBottleneckAllows) {
  EXPECT_DOUBLE_EQ(closed_response_bound(kThree, 5, 0.82), 0.18);
  EXPECT_DOUBLE_EQ(closed_response_bound(kThree, 50, 0.82), 1.68);
}

TEST(Bounds, WithoutDemandNothingLimits) {
  const std::vector<BoundStation> idle = {{0, 1}};
  EXPECT_TRUE(std::isinf(open_throughput_bound(idle).per_second));
  EXPECT_EQ(open_throughput_bound(idle).station, -1);
  EXPECT_TRUE(std::isinf(closed_throughput_bound(idle, 3, 0).per_second));
  EXPECT_TRUE(std::isinf(closed_knee(idle, 0)));
  EXPECT_EQ(closed_response_bound(idle, 3, 0), 0.0);
}

TEST(Bounds, ADelayLimitsOnlyThroughItsUsers) {
  const std::vector<BoundStation> delay = {{2, std::numeric_limits<double>::infinity()}};
  EXPECT_TRUE(std::isinf(open_throughput_bound(delay).per_second));
  EXPECT_DOUBLE_EQ(closed_throughput_bound(delay, 6, 1).per_second, 2);
}

}  // namespace
}  // namespace loadstone
