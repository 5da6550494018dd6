#include "sim/theory/priority.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/theory/mg1.hpp"
#include "sim/theory/mm1.hpp"
#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

constexpr double kLambdaHigh = 0.2;
constexpr double kLambdaLow = 0.3;
constexpr double kMuHigh = 1.0;
constexpr double kMuLow = 1.5;
constexpr std::size_t kCut = 22;  // rho = 0.4: 0.4^22 = 2e-9 is left out

const std::vector<PriorityClass> kTwoClasses = {{kLambdaHigh, exponential_moments(1 / kMuHigh)},
                                                {kLambdaLow, exponential_moments(1 / kMuLow)}};

std::vector<double> line_means(const std::vector<double>& p, std::size_t layers) {
  std::vector<double> means(2, 0.0);
  for (std::size_t high = 0; high < kCut; ++high) {
    for (std::size_t low = 0; low < kCut; ++low) {
      for (std::size_t layer = 0; layer < layers; ++layer) {
        const double share = p[(high * kCut + low) * layers + layer];
        means[0] += static_cast<double>(high) * share;
        means[1] += static_cast<double>(low) * share;
      }
    }
  }
  return means;
}

// State (waiting high, waiting low, who is served: 0 nobody, 1 high, 2 low). At the end of a service a waiting high
// one goes first. E[W] = mean line / lambda.
TEST(Priority, WithoutPreemptionTheWaitsSolveTheBalanceEquations) {
  MarkovChain chain(kCut * kCut * 3);
  const auto state = [](std::size_t high, std::size_t low, std::size_t served) {
    return (high * kCut + low) * 3 + served;
  };
  for (std::size_t high = 0; high < kCut; ++high) {
    for (std::size_t low = 0; low < kCut; ++low) {
      for (std::size_t served = 0; served < 3; ++served) {
        const std::size_t from = state(high, low, served);
        if (served == 0) {
          // Waiting beside an idle server cannot happen; such states drain so that they have probability 0.
          chain.add(from, high + low == 0 ? state(0, 0, 1) : state(0, 0, 0), high + low == 0 ? kLambdaHigh : 1);
          chain.add(from, high + low == 0 ? state(0, 0, 2) : state(0, 0, 0), high + low == 0 ? kLambdaLow : 1);
          continue;
        }
        if (high + 1 < kCut) {
          chain.add(from, state(high + 1, low, served), kLambdaHigh);
        }
        if (low + 1 < kCut) {
          chain.add(from, state(high, low + 1, served), kLambdaLow);
        }
        const double rate = served == 1 ? kMuHigh : kMuLow;
        const std::size_t next = high > 0 ? state(high - 1, low, 1) : low > 0 ? state(0, low - 1, 2) : state(0, 0, 0);
        chain.add(from, next, rate);
      }
    }
  }
  const std::vector<double> lines = line_means(chain.stationary(), 3);
  const std::vector<double> waits = nonpreemptive_mean_waits(kTwoClasses);
  EXPECT_NEAR(waits[0], lines[0] / kLambdaHigh, 1e-6);
  EXPECT_NEAR(waits[1], lines[1] / kLambdaLow, 1e-6);
}

// State (high inside, low inside); a low one is served only when no high one is there. E[T] = mean number / lambda.
TEST(Priority, WithPreemptionTheResponsesSolveTheBalanceEquations) {
  MarkovChain chain(kCut * kCut);
  const auto state = [](std::size_t high, std::size_t low) { return high * kCut + low; };
  for (std::size_t high = 0; high < kCut; ++high) {
    for (std::size_t low = 0; low < kCut; ++low) {
      if (high + 1 < kCut) {
        chain.add(state(high, low), state(high + 1, low), kLambdaHigh);
      }
      if (low + 1 < kCut) {
        chain.add(state(high, low), state(high, low + 1), kLambdaLow);
      }
      if (high > 0) {
        chain.add(state(high, low), state(high - 1, low), kMuHigh);
      } else if (low > 0) {
        chain.add(state(high, low), state(high, low - 1), kMuLow);
      }
    }
  }
  const std::vector<double> inside = line_means(chain.stationary(), 1);
  const std::vector<double> responses = preemptive_mean_responses(kTwoClasses);
  EXPECT_NEAR(responses[0], inside[0] / kLambdaHigh, 1e-6);
  EXPECT_NEAR(responses[1], inside[1] / kLambdaLow, 1e-6);
}

TEST(Priority, OneClassIsMg1) {
  const ServiceMoments service = lognormal_moments(0.1, 1.5);
  const std::vector<PriorityClass> one = {{7, service}};
  const Mg1 queue = {7, service};
  EXPECT_NEAR(nonpreemptive_mean_waits(one)[0], queue.mean_wait(), 1e-14);
  EXPECT_NEAR(preemptive_mean_responses(one)[0], queue.mean_response(), 1e-14);
}

TEST(Priority, WithPreemptionTheFirstClassDoesNotSeeTheOthers) {
  EXPECT_NEAR(preemptive_mean_responses(kTwoClasses)[0], (Mm1{kLambdaHigh, kMuHigh}.mean_response()), 1e-14);
}

// Kleinrock's conservation law: sum of rho_k E[W_k] = rho R / (1 - rho), whoever goes first.
TEST(Priority, TheWeightedSumOfTheWaitsIsConserved) {
  const std::vector<PriorityClass> classes = {
      {1, lognormal_moments(0.1, 2)}, {2, deterministic_moments(0.2)}, {0.5, exponential_moments(0.4)}};
  const std::vector<PriorityClass> reversed(classes.rbegin(), classes.rend());
  const auto weighted = [](const std::vector<PriorityClass>& all) {
    const std::vector<double> waits = nonpreemptive_mean_waits(all);
    double sum = 0;
    for (std::size_t k = 0; k < all.size(); ++k) {
      sum += all[k].arrival_rate * all[k].service.first * waits[k];
    }
    return sum;
  };
  double residual = 0;
  for (const PriorityClass& one : classes) {
    residual += one.arrival_rate * one.service.second / 2;
  }
  EXPECT_NEAR(weighted(classes), 0.7 * residual / 0.3, 1e-13);
  EXPECT_NEAR(weighted(reversed), 0.7 * residual / 0.3, 1e-13);
}

// mu = 1, lambda_high = 0.5, low without limit: a high arrival always finds a service under way, 1 s left on average,
// so E[W] = 1 / (1 - 0.5) = 2, however great the overload.
TEST(Priority, AnOverloadStarvesOnlyTheLowerClasses) {
  for (const double low : {0.5, 0.6, 50.0}) {
    const std::vector<PriorityClass> classes = {{0.5, exponential_moments(1)}, {low, exponential_moments(1)}};
    EXPECT_DOUBLE_EQ(preemptive_mean_responses(classes)[0], 2);
    EXPECT_TRUE(std::isinf(preemptive_mean_responses(classes)[1]));
    EXPECT_DOUBLE_EQ(nonpreemptive_mean_waits(classes)[0], 2);
    EXPECT_TRUE(std::isinf(nonpreemptive_mean_waits(classes)[1]));
  }
}

}  // namespace
}  // namespace loadstone
