// Exact bounds on a probability: by solving their own definition, and at both ends.
#include "sim/stats/proportion.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace loadstone {
namespace {

// P(at most k successes of n).
double at_most(int k, int n, double p) {
  double sum = 0;
  double choose = 1;
  for (int i = 0; i <= k; ++i) {
    sum += choose * std::pow(p, i) * std::pow(1 - p, n - i);
    choose = choose * (n - i) / (i + 1);
  }
  return sum;
}

TEST(Proportion, TheBoundIsWhereSoFewBecomeUnlikely) {
  for (const int k : {0, 1, 3, 19}) {
    const double p = proportion_upper_bound(static_cast<std::size_t>(k), 20);
    EXPECT_NEAR(at_most(k, 20, p), 0.05, 1e-12) << k;
  }
}

// (1 - p)^n = 0.05: the "rule of three".
TEST(Proportion, NoneOfAThousandIsUnderThreeInAThousand) {
  EXPECT_NEAR(proportion_upper_bound(0, 1000), 1 - std::pow(0.05, 1e-3), 1e-12);
}

TEST(Proportion, AllOrNothingAtAllLeavesOne) {
  EXPECT_EQ(proportion_upper_bound(7, 7), 1);
  EXPECT_EQ(proportion_upper_bound(0, 0), 1);
}

}  // namespace
}  // namespace loadstone
