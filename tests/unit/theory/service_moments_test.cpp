#include "sim/theory/service_moments.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

// E[S^k] as the integral of x^k f(x), with x = exp(u) where the density spans decades.
template <class Density>
ServiceMoments by_integration(Density density, double lo, double hi) {
  const auto moment = [&](int k) {
    return integrate([&](double u) { return std::exp((k + 1) * u) * density(std::exp(u)); }, std::log(lo),
                     std::log(hi));
  };
  return {moment(1), moment(2), moment(3)};
}

void expect_same(const ServiceMoments& a, const ServiceMoments& b, double relative) {
  EXPECT_NEAR(a.first, b.first, relative * b.first);
  EXPECT_NEAR(a.second, b.second, relative * b.second);
  EXPECT_NEAR(a.third, b.third, relative * b.third);
}

// log S is normal with variance log(1 + cv^2) and mean log(m) - half of it.
TEST(ServiceMoments, LognormalMomentsAreTheIntegralsOfItsDensity) {
  const double variance = std::log(1 + 0.8 * 0.8);
  const double centre = std::log(20.0) - variance / 2;
  const auto density = [&](double x) {
    const double z = std::log(x) - centre;
    return std::exp(-z * z / (2 * variance)) / (x * std::sqrt(2 * M_PI * variance));
  };
  expect_same(lognormal_moments(20, 0.8), by_integration(density, 1e-4, 1e6), 1e-9);
}

TEST(ServiceMoments, BoundedParetoMomentsAreTheIntegralsOfItsDensity) {
  for (const double alpha : {0.5, 1.0, 1.1, 1.5, 2.0, 2.7, 3.0, 4.0}) {
    const double mass = 1 - std::pow(0.1 / 100, alpha);
    const auto density = [&](double x) { return alpha * std::pow(0.1, alpha) * std::pow(x, -alpha - 1) / mass; };
    expect_same(bounded_pareto_moments(alpha, 0.1, 100), by_integration(density, 0.1, 100), 1e-9);
  }
}

// At alpha = k the closed form divides 0 by 0; the limit is approached from both sides.
TEST(ServiceMoments, BoundedParetoIsContinuousAtIntegerExponents) {
  for (const double alpha : {1.0, 2.0, 3.0}) {
    expect_same(bounded_pareto_moments(alpha, 1, 1000), bounded_pareto_moments(alpha + 1e-10, 1, 1000), 1e-8);
    expect_same(bounded_pareto_moments(alpha, 1, 1000), bounded_pareto_moments(alpha - 1e-10, 1, 1000), 1e-8);
  }
}

// Unbounded Pareto: E[S] = alpha lo / (alpha - 1) = 2.5 x 1 / 1.5, E[S^2] = 2.5 / 0.5.
TEST(ServiceMoments, ADistantUpperBoundGivesThePlainPareto) {
  const ServiceMoments moments = bounded_pareto_moments(2.5, 1, 1e30);
  EXPECT_NEAR(moments.first, 2.5 / 1.5, 1e-9);
  EXPECT_NEAR(moments.second, 5, 1e-9);
}

TEST(ServiceMoments, GammaMomentsAreTheIntegralsOfItsDensity) {
  // cv = 0.5: shape 4, scale mean / 4; Gamma(4) = 6.
  const auto density = [](double x) { return x * x * x * std::exp(-x) / 6; };
  expect_same(gamma_moments(4, 0.5), by_integration(density, 1e-6, 200), 1e-9);
}

TEST(ServiceMoments, GammaIncludesConstantAndExponential) {
  expect_same(gamma_moments(3, 0), deterministic_moments(3), 1e-15);
  expect_same(gamma_moments(3, 1), exponential_moments(3), 1e-15);
}

// Uniform(1, 3): (3 + 1)/2 = 2, (27 - 1)/6 = 13/3, (81 - 1)/8 = 10; variance (3 - 1)^2 / 12 = 1/3.
TEST(ServiceMoments, UniformMomentsAreThoseOfTheTextbook) {
  expect_same(uniform_moments(1, 3), {2, 13.0 / 3, 10}, 1e-15);
  EXPECT_NEAR(uniform_moments(1, 3).variance(), 1.0 / 3, 1e-15);
  expect_same(uniform_moments(2, 2), deterministic_moments(2), 1e-15);
}

TEST(ServiceMoments, TheSquaredCoefficientOfVariationIsTheOneAskedFor) {
  EXPECT_NEAR(lognormal_moments(7, 1.5).scv(), 2.25, 1e-14);
  EXPECT_NEAR(exponential_moments(7).scv(), 1, 1e-14);
  EXPECT_EQ(deterministic_moments(7).scv(), 0.0);
}

}  // namespace
}  // namespace loadstone
