#include "sim/theory/mg1.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/theory/mm1.hpp"
#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

TEST(Mg1, WithExponentialServiceIsMm1) {
  const Mg1 general = {8, exponential_moments(0.1)};
  const Mm1 special = {8, 10};
  EXPECT_NEAR(general.mean_wait(), special.mean_wait(), 1e-14);
  EXPECT_NEAR(general.wait_variance(), special.wait_variance(), 1e-14);
  EXPECT_NEAR(general.mean_response(), special.mean_response(), 1e-14);
  EXPECT_NEAR(general.response_variance(), special.response_variance(), 1e-14);
}

// E[W] = lambda d^2 / (2 (1 - rho)) = 0.5 / (2 x 0.5) = 0.5 at lambda = 0.5, d = 1; M/M/1 has 1.
TEST(Mg1, ConstantServiceHalvesTheWait) {
  EXPECT_DOUBLE_EQ(md1(0.5, 1).mean_wait(), 0.5);
  EXPECT_DOUBLE_EQ(md1(0.8, 1).mean_wait(), (Mm1{0.8, 1}.mean_wait() / 2));
}

// The wait is a geometric sum of N equilibrium residuals, P(N = n) = (1 - rho) rho^n, with r1 = m2 / (2 m1) and
// r2 = m3 / (3 m1): E[W^2] = E[N] r2 + E[N (N - 1)] r1^2, summed here term by term.
TEST(Mg1, TheSecondMomentIsThatOfAGeometricSumOfResiduals) {
  for (const ServiceMoments& service : {deterministic_moments(1), lognormal_moments(1, 2), uniform_moments(0, 2)}) {
    const double rho = 0.7;
    const double r1 = service.second / (2 * service.first);
    const double r2 = service.third / (3 * service.first);
    double first = 0;
    double second = 0;
    for (int n = 0; n < 2000; ++n) {
      const double share = (1 - rho) * std::pow(rho, n);
      first += share * n * r1;
      second += share * (n * r2 + n * (n - 1.0) * r1 * r1);
    }
    const Mg1 queue = {rho, service};
    EXPECT_NEAR(queue.mean_wait(), first, 1e-10);
    EXPECT_NEAR(queue.wait_second_moment(), second, 1e-9);
    EXPECT_NEAR(queue.wait_variance(), second - first * first, 1e-9);
  }
}

// M/E2/1 as a chain on phases left: an arrival adds 2 phases, each phase ends at rate 2. With f phases left there are
// ceil(f / 2) inside. lambda = 0.6, mean service 1, cut at 400 phases.
TEST(Mg1, ErlangServiceSolvesThePhaseBalanceEquations) {
  constexpr std::size_t kPhases = 400;
  MarkovChain chain(kPhases);
  for (std::size_t f = 0; f < kPhases; ++f) {
    if (f + 2 < kPhases) {
      chain.add(f, f + 2, 0.6);
    }
    if (f > 0) {
      chain.add(f, f - 1, 2);
    }
  }
  const std::vector<double> p = chain.stationary();
  double inside = 0;
  for (std::size_t f = 0; f < kPhases; ++f) {
    const std::size_t customers = (f + 1) / 2;
    inside += static_cast<double>(customers) * p[f];
  }
  const Mg1 queue = {0.6, gamma_moments(1, std::sqrt(0.5))};
  EXPECT_NEAR(queue.mean_response(), inside / 0.6, 1e-10);
}

TEST(Mg1, WithoutSpareCapacityEveryTimeIsInfinite) {
  const Mg1 queue = md1(1, 1);
  EXPECT_TRUE(std::isinf(queue.mean_wait()));
  EXPECT_TRUE(std::isinf(queue.wait_variance()));
  EXPECT_TRUE(std::isinf(queue.wait_second_moment()));
}

}  // namespace
}  // namespace loadstone
