#include "sim/theory/processor_sharing.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/theory/mm1.hpp"
#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

TEST(ProcessorSharing, TheMeanIsThatOfMm1FirstComeFirstServed) {
  const Mm1Ps shared = {8, 10};
  const Mm1 queued = {8, 10};
  EXPECT_NEAR(shared.mean_response(), queued.mean_response(), 1e-14);
  EXPECT_NEAR((Mg1Ps{8, 0.1}.mean_in_system()), queued.mean_in_system(), 1e-13);
}

// rho = 0.75: everyone is slowed down 4 times, the small and the large.
TEST(ProcessorSharing, TheSlowdownIsTheSameForEverySize) {
  const Mg1Ps shared = {3, 0.25};
  EXPECT_DOUBLE_EQ(shared.slowdown(), 4);
  EXPECT_DOUBLE_EQ(shared.mean_response_of(0.001), 0.004);
  EXPECT_DOUBLE_EQ(shared.mean_response_of(10), 40);
  EXPECT_DOUBLE_EQ(shared.mean_response(), 1);
}

// A tagged exponential request with n others beside it: it ends at rate mu / (n + 1), one of the others at
// n mu / (n + 1), another arrives at lambda. On arrival P(n) = (1 - rho) rho^n. First-step equations, cut at n = 150.
TEST(ProcessorSharing, TheVarianceSolvesTheFirstStepEquationsOfATaggedRequest) {
  constexpr std::size_t kStates = 150;
  for (const double rho : {0.2, 0.5, 0.7}) {
    MarkovChain chain(kStates);
    for (std::size_t n = 0; n < kStates; ++n) {
      const auto others = static_cast<double>(n);
      chain.add_exit(n, 1 / (others + 1));
      if (n > 0) {
        chain.add(n, n - 1, others / (others + 1));
      }
      if (n + 1 < kStates) {
        chain.add(n, n + 1, rho);
      }
    }
    const auto [first, second] = chain.hitting_time_moments();
    double mean = 0;
    double square = 0;
    for (std::size_t n = 0; n < kStates; ++n) {
      const double share = (1 - rho) * std::pow(rho, static_cast<double>(n));
      mean += share * first[n];
      square += share * second[n];
    }
    const Mm1Ps shared = {rho, 1};
    EXPECT_NEAR(shared.mean_response(), mean, 1e-8);
    EXPECT_NEAR(shared.response_variance(), square - mean * mean, 1e-7);
  }
}

TEST(ProcessorSharing, WithoutSpareCapacityEveryTimeIsInfinite) {
  EXPECT_TRUE(std::isinf(Mg1Ps{4, 0.25}.mean_response()));
  EXPECT_TRUE(std::isinf(Mm1Ps{4, 4}.response_variance()));
}

TEST(ProcessorSharing, AloneARequestTakesItsOwnTime) {
  EXPECT_DOUBLE_EQ((Mg1Ps{0, 0.25}.mean_response()), 0.25);
  EXPECT_DOUBLE_EQ((Mm1Ps{0, 4}.response_variance()), 1.0 / 16);
}

}  // namespace
}  // namespace loadstone
