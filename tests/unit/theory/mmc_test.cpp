#include "sim/theory/mmc.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/theory/mm1.hpp"
#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

// B = (a^c / c!) / sum of a^k / k! for k <= c.
double erlang_b_by_its_sum(int servers, double load) {
  double term = 1;
  double sum = 1;
  for (int k = 1; k <= servers; ++k) {
    term *= load / k;
    sum += term;
  }
  return term / sum;
}

// Printed traffic tables: 10 trunks carry 4.461 Erlang at a grade of service of 1 %, 20 trunks 12.03, 5 trunks 1.361.
TEST(ErlangB, AgreesWithTheTrafficTables) {
  EXPECT_NEAR(erlang_b(10, 4.461), 0.01, 5e-6);
  EXPECT_NEAR(erlang_b(20, 12.03), 0.01, 1e-5);
  EXPECT_NEAR(erlang_b(5, 1.361), 0.01, 2e-5);
}

TEST(ErlangB, TheRecursionIsTheSum) {
  for (const int servers : {1, 2, 7, 40}) {
    for (const double load : {0.1, 3.0, 39.0, 80.0}) {
      EXPECT_NEAR(erlang_b(servers, load), erlang_b_by_its_sum(servers, load), 1e-14);
    }
  }
}

// No server refuses everybody; one server refuses a / (1 + a); a million servers do not overflow.
TEST(ErlangB, TheLimitsAreRight) {
  EXPECT_EQ(erlang_b(0, 3), 1.0);
  EXPECT_DOUBLE_EQ(erlang_b(1, 3), 0.75);
  EXPECT_EQ(erlang_b(4, 0), 0.0);
  EXPECT_NEAR(erlang_b(1'000'000, 2'000'000), 0.5, 1e-5);
}

// c = 2, a = 1: B = (1/2) / (1 + 1 + 1/2) = 1/5, C = (1/5) / (1 - 1/2 x 4/5) = 1/3.
TEST(ErlangC, TwoServersAtHalfLoadMakeOneInThreeWait) {
  EXPECT_DOUBLE_EQ(erlang_b(2, 1), 0.2);
  EXPECT_DOUBLE_EQ(erlang_c(2, 1), 1.0 / 3);
  EXPECT_EQ(erlang_c(2, 2.5), 1.0);
}

TEST(Mmc, WithOneServerIsMm1) {
  const Mmc many = {7, 10, 1};
  const Mm1 one = {7, 10};
  EXPECT_DOUBLE_EQ(many.wait_probability(), 0.7);
  EXPECT_DOUBLE_EQ(many.mean_wait(), one.mean_wait());
  EXPECT_DOUBLE_EQ(many.wait_variance(), one.wait_variance());
  EXPECT_DOUBLE_EQ(many.wait_quantile(0.95), one.wait_quantile(0.95));
  EXPECT_DOUBLE_EQ(many.mean_response(), one.mean_response());
  EXPECT_DOUBLE_EQ(many.mean_in_system(), one.mean_in_system());
}

// Balance equations cut at 150; rho = 0.8 leaves out less than 1e-14. Arrivals see time averages (PASTA), so
// P(wait) = P(n >= c); E[W] = Lq / lambda.
TEST(Mmc, SolvesTheBalanceEquations) {
  const Mmc queue = {4, 1, 5};
  MarkovChain chain(150);
  for (std::size_t n = 0; n + 1 < 150; ++n) {
    chain.add(n, n + 1, 4);
    chain.add(n + 1, n, std::min<double>(static_cast<double>(n) + 1, 5));
  }
  const std::vector<double> p = chain.stationary();
  double waiting = 0;
  double line = 0;
  for (std::size_t n = 5; n < 150; ++n) {
    waiting += p[n];
    line += static_cast<double>(n - 5) * p[n];
  }
  EXPECT_NEAR(queue.wait_probability(), waiting, 1e-12);
  EXPECT_NEAR(queue.mean_wait(), line / 4, 1e-11);
  EXPECT_NEAR(queue.mean_in_system(), mean_of(p), 1e-10);
}

TEST(Mmc, TheMomentsOfTheWaitAreTheIntegralsOfItsTail) {
  const Mmc queue = {4, 1, 5};
  const auto tail = [&](double t) { return queue.wait_probability() * std::exp(-t); };
  const double mean = integrate(tail, 0, 50);
  EXPECT_NEAR(queue.mean_wait(), mean, 1e-9);
  EXPECT_NEAR(queue.wait_variance(), integrate([&](double t) { return 2 * t * tail(t); }, 0, 50) - mean * mean, 1e-9);
  EXPECT_NEAR(tail(queue.wait_quantile(0.95)), 0.05, 1e-15);
  EXPECT_EQ(queue.wait_quantile(0.4), 0.0);
}

TEST(Mmc, WithManyServersNobodyWaits) {
  const Mmc queue = {4, 1, 200};
  EXPECT_LT(queue.mean_wait(), 1e-100);
  EXPECT_DOUBLE_EQ(queue.mean_response(), 1.0);
}

TEST(Mmc, WithoutSpareCapacityEveryTimeIsInfinite) {
  const Mmc queue = {5, 1, 5};
  EXPECT_TRUE(std::isinf(queue.mean_wait()));
  EXPECT_TRUE(std::isinf(queue.wait_variance()));
  EXPECT_TRUE(std::isinf(queue.wait_quantile(0.5)));
  EXPECT_TRUE(std::isinf(queue.mean_in_system()));
}

}  // namespace
}  // namespace loadstone
