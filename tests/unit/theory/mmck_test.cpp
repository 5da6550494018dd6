#include "sim/theory/mmck.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/theory/birth_death.hpp"
#include "sim/theory/mmc.hpp"
#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

// p(n) = (1 - rho) rho^n / (1 - rho^(K+1)); with rho = 2, K = 3: 1/15, 2/15, 4/15, 8/15.
// L = (2 + 8 + 24) / 15 = 34/15; accepted 2 x 7/15 = 14/15 per second; T = 34/14, W = 34/14 - 1 = 20/14.
TEST(Mmck, OneServerAtTwiceItsLoadWithThreePlaces) {
  const Mmck queue = {2, 1, 1, 3};
  EXPECT_DOUBLE_EQ(queue.blocking(), 8.0 / 15);
  EXPECT_DOUBLE_EQ(queue.mean_in_system(), 34.0 / 15);
  EXPECT_DOUBLE_EQ(queue.throughput(), 14.0 / 15);
  EXPECT_DOUBLE_EQ(queue.utilization(), 14.0 / 15);
  EXPECT_NEAR(queue.mean_response(), 34.0 / 14, 1e-14);
  EXPECT_NEAR(queue.mean_wait(), 20.0 / 14, 1e-14);
}

// At rho = 1 every state is as likely as any other.
TEST(Mmck, AtExactlyFullLoadTheStatesAreEquallyLikely) {
  const Mmck queue = {3, 3, 1, 9};
  EXPECT_NEAR(queue.blocking(), 0.1, 1e-15);
  EXPECT_NEAR(queue.mean_in_system(), 4.5, 1e-14);
}

TEST(Mmck, WithoutAWaitingLineIsErlangB) {
  const Mmck queue = {8, 1, 10, 10};
  EXPECT_NEAR(queue.blocking(), erlang_b(10, 8), 1e-15);
  EXPECT_EQ(queue.mean_in_queue(), 0.0);
  EXPECT_EQ(queue.mean_wait(), 0.0);
}

TEST(Mmck, WithALongLineIsMmc) {
  const Mmck finite = {4, 1, 5, 400};
  const Mmc endless = {4, 1, 5};
  EXPECT_LT(finite.blocking(), 1e-30);
  EXPECT_NEAR(finite.mean_wait(), endless.mean_wait(), 1e-12);
  EXPECT_NEAR(finite.mean_in_system(), endless.mean_in_system(), 1e-12);
}

TEST(Mmck, SolvesTheBalanceEquations) {
  const Mmck queue = {7, 2, 3, 12};
  MarkovChain chain(13);
  for (std::size_t n = 0; n < 12; ++n) {
    chain.add(n, n + 1, 7);
    chain.add(n + 1, n, 2 * std::min<double>(static_cast<double>(n) + 1, 3));
  }
  const std::vector<double> direct = chain.stationary();
  const std::vector<double> product = queue.stationary();
  ASSERT_EQ(direct.size(), product.size());
  for (std::size_t n = 0; n < direct.size(); ++n) {
    EXPECT_NEAR(product[n], direct[n], 1e-13);
  }
}

TEST(Mmck, LittlesLawHoldsForTheAccepted) {
  const Mmck queue = {7, 2, 3, 12};
  EXPECT_NEAR(queue.mean_in_system(), queue.throughput() * queue.mean_response(), 1e-12);
}

// Ratio 3 upwards: p(top) = 1 - 1/3 of a geometric series seen from above. 3^5000 is far beyond a double.
TEST(BirthDeath, ALongSteepChainDoesNotOverflow) {
  const std::vector<double> births(5000, 3.0);
  const std::vector<double> deaths(5000, 1.0);
  const std::vector<double> p = birth_death_stationary(births, deaths);
  EXPECT_NEAR(p.back(), 2.0 / 3, 1e-14);
  EXPECT_NEAR(p[4990], 2.0 / 3 * std::pow(3.0, -10), 1e-14);
  EXPECT_EQ(p.front(), 0.0);
}

}  // namespace
}  // namespace loadstone
