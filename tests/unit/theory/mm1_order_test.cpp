#include "sim/theory/mm1_order.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/theory/mm1.hpp"
#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

constexpr std::size_t kStates = 200;

// E[W] and E[W^2] from the first-step equations of a tagged arrival, mu = 1, lambda = rho. It finds n >= 1 inside with
// probability (1 - rho) rho^n, one of them in service; state k counts waiting rivals, k = n - 1 on arrival.
struct WaitMoments {
  double first = 0;
  double second = 0;
};

WaitMoments mix_over_arrivals(const MarkovChain& chain, double rho, bool always_from_zero) {
  const auto moments = chain.hitting_time_moments();
  WaitMoments result;
  for (std::size_t k = 0; k < kStates; ++k) {
    const double share = (1 - rho) * std::pow(rho, static_cast<double>(k + 1));
    const std::size_t start = always_from_zero ? 0 : k;
    result.first += share * moments.first[start];
    result.second += share * moments.second[start];
  }
  return result;
}

void expect_same(const Mm1Order& queue, const WaitMoments& direct) {
  EXPECT_NEAR(queue.mean_wait(), direct.first, 1e-8);
  EXPECT_NEAR(queue.wait_second_moment(), direct.second, 1e-6);
  EXPECT_NEAR(queue.wait_variance(), direct.second - direct.first * direct.first, 1e-6);
}

// First come: later arrivals do not matter; k rivals ahead leave one by one, then the tagged one enters service.
TEST(Mm1Order, FirstComeSolvesTheFirstStepEquations) {
  MarkovChain chain(kStates);
  chain.add_exit(0, 1);
  for (std::size_t k = 1; k < kStates; ++k) {
    chain.add(k, k - 1, 1);
  }
  for (const double rho : {0.3, 0.7}) {
    expect_same({rho, 1, ServiceOrder::first_come}, mix_over_arrivals(chain, rho, false));
  }
}

// Last come: only later arrivals matter; whoever came later goes first.
TEST(Mm1Order, LastComeSolvesTheFirstStepEquations) {
  for (const double rho : {0.3, 0.6}) {
    MarkovChain chain(kStates);
    for (std::size_t k = 0; k + 1 < kStates; ++k) {
      chain.add(k, k + 1, rho);
      chain.add(k + 1, k, 1);
    }
    chain.add_exit(0, 1);
    expect_same({rho, 1, ServiceOrder::last_come}, mix_over_arrivals(chain, rho, true));
  }
}

// Random order: at each end of service the tagged one is picked with probability 1 / (k + 1).
TEST(Mm1Order, RandomOrderSolvesTheFirstStepEquations) {
  for (const double rho : {0.3, 0.7}) {
    MarkovChain chain(kStates);
    for (std::size_t k = 0; k < kStates; ++k) {
      const auto rivals = static_cast<double>(k);
      chain.add_exit(k, 1 / (rivals + 1));
      if (k > 0) {
        chain.add(k, k - 1, rivals / (rivals + 1));
      }
      if (k + 1 < kStates) {
        chain.add(k, k + 1, rho);
      }
    }
    expect_same({rho, 1, ServiceOrder::random}, mix_over_arrivals(chain, rho, false));
  }
}

TEST(Mm1Order, TheMeanDoesNotDependOnTheOrderAndFirstComeVariesLeast) {
  const Mm1Order first = {8, 10, ServiceOrder::first_come};
  const Mm1Order last = {8, 10, ServiceOrder::last_come};
  const Mm1Order random = {8, 10, ServiceOrder::random};
  EXPECT_DOUBLE_EQ(first.mean_wait(), last.mean_wait());
  EXPECT_DOUBLE_EQ(first.mean_wait(), random.mean_wait());
  EXPECT_NEAR(first.wait_variance(), (Mm1{8, 10}.wait_variance()), 1e-14);
  EXPECT_LT(first.wait_variance(), random.wait_variance());
  EXPECT_LT(random.wait_variance(), last.wait_variance());
}

TEST(Mm1Order, WithoutSpareCapacityEveryTimeIsInfinite) {
  const Mm1Order queue = {10, 10, ServiceOrder::random};
  EXPECT_TRUE(std::isinf(queue.mean_wait()));
  EXPECT_TRUE(std::isinf(queue.wait_second_moment()));
  EXPECT_TRUE(std::isinf(queue.wait_variance()));
}

}  // namespace
}  // namespace loadstone
