#include "sim/theory/dm1.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/theory/mm1.hpp"
#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

// At half load sigma = exp(-2 (1 - sigma)): 0.2032 (printed in most textbooks).
TEST(Dm1, SigmaAtHalfLoadIsTheKnownRoot) {
  const Dm1 queue = {0.5, 1};
  EXPECT_NEAR(queue.sigma(), 0.2032, 5e-5);
  EXPECT_NEAR(queue.mean_wait(), 0.2032 / 0.7968, 1e-4);
}

TEST(Dm1, SigmaSolvesItsEquationAndIsNotOne) {
  for (const double rho : {0.01, 0.3, 0.7, 0.95, 0.999}) {
    const double sigma = Dm1{rho, 1}.sigma();
    EXPECT_NEAR(sigma, std::exp(-(1 - sigma) / rho), 1e-14) << rho;
    EXPECT_LT(sigma, rho);  // steadier arrivals than Poisson's, whose sigma is rho
  }
}

// The chain of numbers found by arrivals. From n found, n + 1 are inside; k of them leave before the next arrival,
// Poisson with mean mu / lambda = 1.25 unless the line empties. As rates: a jump chain with total rate 1 in each state.
TEST(Dm1, ArrivalsFindTheEmbeddedChain) {
  constexpr std::size_t kStates = 120;
  constexpr double kMean = 1.25;
  MarkovChain chain(kStates);
  for (std::size_t n = 0; n < kStates; ++n) {
    double share = std::exp(-kMean);
    double left = 1;
    for (std::size_t k = 0; k <= n; ++k) {
      chain.add(n, std::min(n + 1 - k, kStates - 1), share);
      left -= share;
      share *= kMean / static_cast<double>(k + 1);
    }
    chain.add(n, 0, std::max(0.0, left));
  }
  const std::vector<double> p = chain.stationary();
  const Dm1 queue = {0.8, 1};
  EXPECT_NEAR(queue.sigma(), 1 - p[0], 1e-9);
  EXPECT_NEAR(queue.mean_wait(), mean_of(p), 1e-8);  // each one found takes 1 / mu = 1 s on average
}

TEST(Dm1, TheTailAtAQuantileIsWhatIsLeft) {
  const Dm1 queue = {0.8, 1};
  const double sigma = queue.sigma();
  EXPECT_NEAR(sigma * std::exp(-(1 - sigma) * queue.wait_quantile(0.95)), 0.05, 1e-14);
  EXPECT_EQ(queue.wait_quantile(0.1), 0.0);
}

TEST(Dm1, TheLimitsAreRight) {
  EXPECT_EQ((Dm1{0, 1}.mean_wait()), 0.0);
  EXPECT_TRUE(std::isinf(Dm1{1, 1}.mean_wait()));
  EXPECT_TRUE(std::isinf(Dm1{2, 1}.wait_quantile(0.5)));
  // In heavy traffic the wait is half of M/M/1's: only the service varies.
  EXPECT_NEAR((Dm1{0.999, 1}.mean_wait() / Mm1{0.999, 1}.mean_wait()), 0.5, 1e-3);
}

}  // namespace
}  // namespace loadstone
