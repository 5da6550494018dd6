#include "sim/theory/jackson.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/base/check.hpp"
#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

// Poisson in, Poisson out (Burke): a tandem is a sum of M/M/1.
TEST(Jackson, ATandemIsASumOfMm1) {
  const JacksonResult result = solve_jackson({{2, 5, 1}, {0, 4, 1}, {0, 3, 1}}, {{0, 1, 0}, {0, 0, 1}, {0, 0, 0}});
  EXPECT_NEAR(result.mean_response, 1.0 / 3 + 1.0 / 2 + 1.0 / 1, 1e-13);
  EXPECT_EQ(result.visits, (std::vector<double>{1, 1, 1}));
}

// One in four comes back: lambda' = lambda / (1 - 1/4), 4/3 visits, E[T] = 4/3 / (mu - lambda').
TEST(Jackson, FeedbackMultipliesTheVisits) {
  const JacksonResult result = solve_jackson({{3, 5, 1}}, {{0.25}});
  EXPECT_NEAR(result.visits[0], 4.0 / 3, 1e-14);
  EXPECT_NEAR(result.stations[0].arrival_rate, 4, 1e-14);
  EXPECT_NEAR(result.mean_response, 4.0 / 3 / (5 - 4), 1e-13);
}

// Two stations, one with two servers, both fed from outside, with loops between them; cut at 30 each.
TEST(Jackson, ALoopedNetworkSolvesTheBalanceEquations) {
  constexpr std::size_t kCut = 30;
  const std::vector<JacksonStation> stations = {{0.5, 2, 1}, {0.3, 0.9, 2}};
  const Matrix routing = {{0.1, 0.4}, {0.3, 0}};
  MarkovChain chain(kCut * kCut);
  const auto state = [](std::size_t a, std::size_t b) { return a * kCut + b; };
  for (std::size_t a = 0; a < kCut; ++a) {
    for (std::size_t b = 0; b < kCut; ++b) {
      if (a + 1 < kCut) {
        chain.add(state(a, b), state(a + 1, b), 0.5);
      }
      if (b + 1 < kCut) {
        chain.add(state(a, b), state(a, b + 1), 0.3);
      }
      if (a > 0) {
        chain.add(state(a, b), state(a - 1, b), 2 * 0.5);
        chain.add(state(a, b), state(a - 1, std::min(b + 1, kCut - 1)), 2 * 0.4);
      }
      if (b > 0) {
        const double rate = b > 1 ? 1.8 : 0.9;
        chain.add(state(a, b), state(a, b - 1), rate * 0.7);
        chain.add(state(a, b), state(std::min(a + 1, kCut - 1), b - 1), rate * 0.3);
      }
    }
  }
  const std::vector<double> p = chain.stationary();
  double inside = 0;
  for (std::size_t s = 0; s < p.size(); ++s) {
    const std::size_t customers = s / kCut + s % kCut;
    inside += static_cast<double>(customers) * p[s];
  }
  const JacksonResult result = solve_jackson(stations, routing);
  EXPECT_NEAR(result.mean_in_network, inside, 1e-5);
  EXPECT_NEAR(result.mean_response, inside / 0.8, 1e-5);
}

// What enters leaves: sum over i of lambda_i (1 - row sum) = sum of gamma_i.
TEST(Jackson, TheFlowIsConserved) {
  const Matrix routing = {{0.1, 0.4, 0.2}, {0.3, 0, 0.6}, {0, 0.5, 0}};
  const JacksonResult result = solve_jackson({{1, 50, 1}, {2, 50, 1}, {0.5, 50, 1}}, routing);
  double leaving = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    leaving += result.stations[i].arrival_rate * (1 - routing[i][0] - routing[i][1] - routing[i][2]);
  }
  EXPECT_NEAR(leaving, 3.5, 1e-13);
}

TEST(Jackson, AnOverloadedStationMakesTheResponseInfinite) {
  EXPECT_TRUE(std::isinf(solve_jackson({{2, 5, 1}, {0, 1, 1}}, {{0, 1}, {0, 0}}).mean_response));
}

TEST(Jackson, ANetworkThatNobodyLeavesIsRefused) {
  EXPECT_THROW((void)solve_jackson({{1, 5, 1}, {0, 5, 1}}, {{0, 1}, {1, 0}}), CheckFailure);
  EXPECT_THROW((void)solve_jackson({{1, 5, 1}}, {{1.5}}), CheckFailure);
  EXPECT_THROW((void)solve_jackson({{0, 5, 1}}, {{0}}), CheckFailure);
}

// 2x + y = 5, x + 3y = 10 has x = 1, y = 3; a leading zero needs a row exchange.
TEST(LinearSolve, SolvesAndExchangesRows) {
  EXPECT_NEAR(linear_solve({{2, 1}, {1, 3}}, {5, 10})[0], 1, 1e-15);
  EXPECT_NEAR(linear_solve({{2, 1}, {1, 3}}, {5, 10})[1], 3, 1e-15);
  EXPECT_EQ(linear_solve({{0, 1}, {1, 0}}, {7, 8}), (std::vector<double>{8, 7}));
  EXPECT_THROW((void)linear_solve({{1, 2}, {2, 4}}, {1, 1}), CheckFailure);
}

}  // namespace
}  // namespace loadstone
