#include "sim/theory/fork_join.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

// Without load: the later of two exponential times, 1/mu + 1/(2 mu) = 1.5 / mu.
TEST(ForkJoin, WithoutLoadItIsTheLaterOfTwoTimes) {
  EXPECT_DOUBLE_EQ(fork_join_mean_response(0, 2), 0.75);
}

// Lines (i, j): both grow together at lambda. Tasks end in order in each line, so max(i, j) requests are unfinished and
// E[T] = E[max] / lambda. Cut at 30: 0.4^30 = 1e-12.
TEST(ForkJoin, SolvesTheBalanceEquationsOfTheTwoLines) {
  constexpr std::size_t kCut = 30;
  for (const double rho : {0.2, 0.4}) {
    MarkovChain chain(kCut * kCut);
    for (std::size_t i = 0; i < kCut; ++i) {
      for (std::size_t j = 0; j < kCut; ++j) {
        if (std::max(i, j) + 1 < kCut) {
          chain.add(i * kCut + j, (i + 1) * kCut + j + 1, rho);
        }
        if (i > 0) {
          chain.add(i * kCut + j, (i - 1) * kCut + j, 1);
        }
        if (j > 0) {
          chain.add(i * kCut + j, i * kCut + j - 1, 1);
        }
      }
    }
    const std::vector<double> p = chain.stationary();
    double unfinished = 0;
    for (std::size_t s = 0; s < p.size(); ++s) {
      unfinished += static_cast<double>(std::max(s / kCut, s % kCut)) * p[s];
    }
    EXPECT_NEAR(fork_join_mean_response(rho, 1), unfinished / rho, 1e-8);
  }
}

TEST(ForkJoin, WithoutSpareCapacityTheResponseIsInfinite) {
  EXPECT_TRUE(std::isinf(fork_join_mean_response(1, 1)));
  EXPECT_TRUE(std::isinf(fork_join_mean_response(20, 1)));
}

}  // namespace
}  // namespace loadstone
