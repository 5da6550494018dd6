#include "sim/theory/little.hpp"

#include <gtest/gtest.h>

#include "sim/theory/mm1.hpp"

namespace loadstone {
namespace {

// A shop with 12 customers inside, 3 per minute coming: each stays 4 minutes.
TEST(Little, AnyTwoGiveTheThird) {
  EXPECT_DOUBLE_EQ(little_number(0.05, 240), 12);
  EXPECT_DOUBLE_EQ(little_time(12, 0.05), 240);
}

TEST(Little, HoldsForMm1) {
  const Mm1 queue = {8, 10};
  EXPECT_NEAR(little_gap(queue.mean_in_system(), 8, queue.mean_response()), 0, 1e-15);
  EXPECT_NEAR(little_gap(queue.mean_in_queue(), 8, queue.mean_wait()), 0, 1e-15);
}

// 10 seen where 5 x 1.6 = 8 are due: 2 of 10.
TEST(Little, TheGapIsRelativeToTheLarger) {
  EXPECT_DOUBLE_EQ(little_gap(10, 5, 1.6), 0.2);
  EXPECT_DOUBLE_EQ(little_gap(8, 5, 2), 0.2);
  EXPECT_EQ(little_gap(0, 0, 7), 0.0);
  EXPECT_EQ(little_gap(0, 5, 1), 1.0);
}

}  // namespace
}  // namespace loadstone
