#include "sim/theory/mm1.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

// lambda = 8, mu = 10: rho = 0.8, spare rate 2. E[W] = 0.8 / 2 = 0.4, E[T] = 1 / 2, L = 0.8 / 0.2 = 4, Lq = 4 - 0.8.
// Var[W] = 0.8 (2 - 0.8) / 4 = 0.24. Median of T = log 2 / 2.
TEST(Mm1, TheTextbookCaseOfEightTenths) {
  const Mm1 queue = {8, 10};
  EXPECT_DOUBLE_EQ(queue.utilization(), 0.8);
  EXPECT_DOUBLE_EQ(queue.mean_wait(), 0.4);
  EXPECT_DOUBLE_EQ(queue.wait_variance(), 0.24);
  EXPECT_DOUBLE_EQ(queue.mean_response(), 0.5);
  EXPECT_DOUBLE_EQ(queue.response_variance(), 0.25);
  EXPECT_DOUBLE_EQ(queue.mean_in_system(), 4);
  EXPECT_DOUBLE_EQ(queue.mean_in_queue(), 3.2);
  EXPECT_DOUBLE_EQ(queue.response_quantile(0.5), std::log(2.0) / 2);
}

// Balance equations cut at 200 customers: 0.8^200 = 4e-20 is left out.
TEST(Mm1, TheNumberInsideSolvesTheBalanceEquations) {
  MarkovChain chain(200);
  for (std::size_t n = 0; n + 1 < 200; ++n) {
    chain.add(n, n + 1, 8);
    chain.add(n + 1, n, 10);
  }
  EXPECT_NEAR((Mm1{8, 10}.mean_in_system()), mean_of(chain.stationary()), 1e-9);
}

// E[W] is the integral of P(W > t), E[W^2] that of 2 t P(W > t). 2 (mu - lambda) x 20 s = 80: the rest is below e-38.
TEST(Mm1, TheMomentsOfTheWaitAreTheIntegralsOfItsTail) {
  const Mm1 queue = {8, 10};
  const auto tail = [](double t) { return 0.8 * std::exp(-2 * t); };
  const double second = integrate([&](double t) { return 2 * t * tail(t); }, 0, 20);
  EXPECT_NEAR(queue.mean_wait(), integrate(tail, 0, 20), 1e-9);
  EXPECT_NEAR(queue.wait_variance(), second - 0.16, 1e-9);
}

TEST(Mm1, TheTailAtAQuantileIsWhatIsLeft) {
  const Mm1 queue = {8, 10};
  for (const double p : {0.5, 0.9, 0.99, 0.999}) {
    EXPECT_NEAR(0.8 * std::exp(-2 * queue.wait_quantile(p)), 1 - p, 1e-15);
    EXPECT_NEAR(std::exp(-2 * queue.response_quantile(p)), 1 - p, 1e-15);
  }
}

// One arrival in five finds the server free.
TEST(Mm1, TheQuantileOfTheWaitIsZeroForThoseWhoDoNotWait) {
  EXPECT_EQ((Mm1{8, 10}.wait_quantile(0.19)), 0.0);
  EXPECT_GT((Mm1{8, 10}.wait_quantile(0.21)), 0.0);
}

TEST(Mm1, WithoutSpareCapacityEveryTimeIsInfinite) {
  for (const double rate : {10.0, 12.0}) {
    const Mm1 queue = {rate, 10};
    EXPECT_TRUE(std::isinf(queue.mean_wait()));
    EXPECT_TRUE(std::isinf(queue.wait_variance()));
    EXPECT_TRUE(std::isinf(queue.response_quantile(0.5)));
    EXPECT_TRUE(std::isinf(queue.mean_in_system()));
  }
}

TEST(Mm1, WithoutArrivalsNobodyWaits) {
  const Mm1 queue = {0, 10};
  EXPECT_EQ(queue.mean_wait(), 0.0);
  EXPECT_EQ(queue.wait_quantile(0.99), 0.0);
  EXPECT_DOUBLE_EQ(queue.mean_response(), 0.1);
}

}  // namespace
}  // namespace loadstone
