#include "sim/theory/mmc_patience.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/theory/mmc.hpp"
#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

void expect_same(const PatienceResult& a, const PatienceResult& b, double tolerance) {
  EXPECT_NEAR(a.wait_probability, b.wait_probability, tolerance);
  EXPECT_NEAR(a.abandonment, b.abandonment, tolerance);
  EXPECT_NEAR(a.mean_wait, b.mean_wait, tolerance);
  EXPECT_NEAR(a.mean_wait_served, b.mean_wait_served, tolerance);
  EXPECT_NEAR(a.mean_in_queue, b.mean_in_queue, tolerance);
  EXPECT_NEAR(a.throughput, b.throughput, tolerance);
}

// M/M/c+G by its offered wait V (Baccelli, Hebuterne): weight v(x) = exp(lambda H(x) - c mu x), H(x) the integral of
// the share still patient; total mass e + lambda int v with e = 1 / B(c - 1). Served: patience > V, after a wait V.
template <class Patient, class Integral>
PatienceResult by_offered_wait(double lambda, double mu, int c, Patient still_patient, Integral h, double horizon) {
  const auto v = [&](double x) { return std::exp(lambda * h(x) - c * mu * x); };
  const double total = 1 / erlang_b(c - 1, lambda / mu) + lambda * integrate(v, 0, horizon);
  const auto share = [&](auto f) {
    return lambda * integrate([&](double x) { return f(x) * v(x); }, 0, horizon) / total;
  };
  PatienceResult result;
  result.wait_probability = share([](double) { return 1.0; });
  result.abandonment = share([&](double x) { return 1 - still_patient(x); });
  result.mean_wait = share(h);
  result.mean_wait_served = share([&](double x) { return x * still_patient(x); }) / (1 - result.abandonment);
  result.mean_in_queue = lambda * result.mean_wait;
  result.throughput = lambda * (1 - result.abandonment);
  return result;
}

TEST(ErlangA, IsTheIntegralOverTheOfferedWait) {
  for (const double lambda : {2.0, 5.0, 9.0}) {
    const double theta = 0.7;
    const auto patient = [&](double x) { return std::exp(-theta * x); };
    const auto integral = [&](double x) { return (1 - std::exp(-theta * x)) / theta; };
    expect_same(ErlangA{lambda, 1, 5, theta}.solve(), by_offered_wait(lambda, 1, 5, patient, integral, 60), 1e-9);
  }
}

// With theta = mu each of the n inside leaves at rate mu, waiting or served: M/M/infinity, Poisson with mean a.
// Lq = sum over n > c of (n - c) p(n), P(give up) = theta Lq / lambda.
TEST(ErlangA, WithPatienceLikeServiceTheNumberInsideIsPoisson) {
  const double a = 6;
  double term = std::exp(-a);
  double line = 0;
  double waiting = 0;
  for (int n = 0; n < 100; ++n) {
    line += std::max(0, n - 4) * term;
    waiting += n >= 4 ? term : 0;
    term *= a / (n + 1);
  }
  const PatienceResult result = ErlangA{a, 1, 4, 1}.solve();
  EXPECT_NEAR(result.mean_in_queue, line, 1e-13);
  EXPECT_NEAR(result.wait_probability, waiting, 1e-13);
  EXPECT_NEAR(result.abandonment, line / a, 1e-13);
}

TEST(ErlangA, WithEndlessPatienceIsMmc) {
  const PatienceResult result = ErlangA{4, 1, 5, 0}.solve();
  const Mmc endless = {4, 1, 5};
  EXPECT_NEAR(result.wait_probability, endless.wait_probability(), 1e-13);
  EXPECT_NEAR(result.mean_wait, endless.mean_wait(), 1e-12);
  EXPECT_NEAR(result.mean_wait_served, endless.mean_wait(), 1e-12);
  EXPECT_EQ(result.abandonment, 0.0);
  EXPECT_NEAR((ErlangA{4, 1, 5, 1e-9}.solve().mean_wait), endless.mean_wait(), 1e-7);
  EXPECT_THROW((void)(ErlangA{5, 1, 5, 0}.solve()), CheckFailure);
}

TEST(ErlangA, WithoutPatienceIsErlangB) {
  const PatienceResult result = ErlangA{4, 1, 5, 1e9}.solve();
  EXPECT_NEAR(result.abandonment, erlang_b(5, 4), 1e-8);
  EXPECT_NEAR(result.mean_wait, 0, 1e-8);
}

TEST(ErlangA, WithManyServersNobodyWaits) {
  const PatienceResult result = ErlangA{4, 1, 100, 0.5}.solve();
  EXPECT_LT(result.abandonment, 1e-50);
  EXPECT_DOUBLE_EQ(result.throughput, 4);
}

// Overload: in the fluid limit the servers are always busy and the share given up is 1 - c mu / lambda.
TEST(ErlangA, UnderHeavyOverloadTheExcessGivesUp) {
  const PatienceResult result = ErlangA{2000, 1, 1000, 0.01}.solve();
  EXPECT_NEAR(result.abandonment, 0.5, 1e-9);
  EXPECT_NEAR(result.throughput, 1000, 1e-6);
  EXPECT_NEAR(result.mean_in_queue, 1000 / 0.01, 1e-3);
}

TEST(FixedPatience, IsTheIntegralOverTheOfferedWait) {
  const double tau = 0.8;
  for (const double lambda : {2.0, 5.0, 9.0}) {
    // The weight has a corner at tau: integrate both sides, the right one in closed form, by cutting at tau.
    const auto v = [&](double x) { return std::exp((lambda - 5) * x); };
    const double within = integrate(v, 0, tau);
    const double beyond = v(tau) / 5;
    const double total = 1 / erlang_b(4, lambda) + lambda * (within + beyond);
    const double moment = integrate([&](double x) { return x * v(x); }, 0, tau);
    const PatienceResult result = FixedPatience{lambda, 1, 5, tau}.solve();
    EXPECT_NEAR(result.wait_probability, lambda * (within + beyond) / total, 1e-12);
    EXPECT_NEAR(result.abandonment, lambda * beyond / total, 1e-12);
    EXPECT_NEAR(result.mean_wait, lambda * (moment + tau * beyond) / total, 1e-12);
    EXPECT_NEAR(result.mean_wait_served * (1 - result.abandonment), lambda * moment / total, 1e-12);
  }
}

// Barrer for one server: P(give up) = (1 - rho) rho g / (1 - rho^2 g), g = exp(-(mu - lambda) tau).
TEST(FixedPatience, WithOneServerIsBarrersFormula) {
  for (const double rho : {0.5, 0.9, 1.5}) {
    const double g = std::exp(-(1 - rho) * 2.0);
    EXPECT_NEAR((FixedPatience{rho, 1, 1, 2}.solve().abandonment), (1 - rho) * rho * g / (1 - rho * rho * g), 1e-13);
  }
}

TEST(FixedPatience, TheTwoEndsAreErlangBAndErlangC) {
  EXPECT_NEAR((FixedPatience{4, 1, 5, 0}.solve().abandonment), erlang_b(5, 4), 1e-15);
  EXPECT_EQ((FixedPatience{4, 1, 5, 0}.solve().mean_wait), 0.0);
  const PatienceResult patient = FixedPatience{4, 1, 5, 1000}.solve();
  EXPECT_NEAR(patient.wait_probability, erlang_c(5, 4), 1e-13);
  EXPECT_NEAR(patient.mean_wait, (Mmc{4, 1, 5}.mean_wait()), 1e-13);
  EXPECT_EQ(patient.abandonment, 0.0);
}

TEST(FixedPatience, NothingHappensWhereTheLoadIsExactlyFull) {
  const PatienceResult full = FixedPatience{5, 1, 5, 2}.solve();
  expect_same(FixedPatience{5 - 1e-7, 1, 5, 2}.solve(), full, 1e-6);
  expect_same(FixedPatience{5 + 1e-7, 1, 5, 2}.solve(), full, 1e-6);
}

// exp(500 x 100) is no double; the wait of those served is just below their patience.
TEST(FixedPatience, HeavyOverloadDoesNotOverflow) {
  const PatienceResult result = FixedPatience{1000, 1, 500, 100}.solve();
  EXPECT_NEAR(result.abandonment, 0.5, 1e-12);
  EXPECT_NEAR(result.mean_wait_served, 100 - 1.0 / 500, 1e-9);
  EXPECT_NEAR(result.mean_wait, 100 - 0.5 / 500, 1e-9);
}

TEST(Patience, WithoutArrivalsNobodyWaitsOrGivesUp) {
  expect_same(ErlangA{0, 1, 3, 1}.solve(), PatienceResult{}, 0);
  expect_same(FixedPatience{0, 1, 3, 1}.solve(), PatienceResult{}, 0);
}

// A program of ten lines, first come first served: each arrival is offered the earliest free server, and gives up when
// that is more than its patience away. 10^6 arrivals; the tolerance is about five standard errors.
template <class Patience>
PatienceResult simulated(double lambda, int servers, Patience draw_patience) {
  std::mt19937_64 engine(12345);
  const auto exponential = [&](double rate) {
    return -std::log1p(-std::ldexp(static_cast<double>(engine() >> 11), -53)) / rate;
  };
  std::vector<double> free_at(static_cast<std::size_t>(servers), 0.0);
  constexpr int kArrivals = 1'000'000;
  double now = 0;
  double waited = 0;
  double waited_served = 0;
  int given_up = 0;
  int delayed = 0;
  for (int i = 0; i < kArrivals; ++i) {
    now += exponential(lambda);
    const auto server = std::min_element(free_at.begin(), free_at.end());
    const double wait = std::max(0.0, *server - now);
    const double patience = draw_patience(exponential(1));
    delayed += wait > 0;
    waited += std::min(wait, patience);
    if (wait > patience) {
      ++given_up;
    } else {
      waited_served += wait;
      *server = now + wait + exponential(1);
    }
  }
  const double n = kArrivals;
  return {delayed / n,         given_up / n,
          waited / n,          waited_served / (n - given_up),
          lambda * waited / n, lambda * (1 - given_up / n)};
}

TEST(Patience, AShortSimulationAgrees) {
  for (const double lambda : {2.5, 3.6}) {
    const PatienceResult fixed = FixedPatience{lambda, 1, 3, 0.6}.solve();
    expect_same(simulated(lambda, 3, [](double) { return 0.6; }), fixed, 0.012);
    const PatienceResult exponential = ErlangA{lambda, 1, 3, 1.25}.solve();
    expect_same(simulated(lambda, 3, [](double unit) { return 0.8 * unit; }), exponential, 0.012);
  }
}

}  // namespace
}  // namespace loadstone
