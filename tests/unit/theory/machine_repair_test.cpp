#include "sim/theory/machine_repair.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include <algorithm>

#include "sim/theory/mmck.hpp"
#include "tests/unit/theory/markov_chain.hpp"

namespace loadstone {
namespace {

// Alone nobody waits: X = 1 / (Z + S).
TEST(MachineRepair, AloneAUserNeverWaits) {
  const MachineRepair one = {1, 9, 1, 1};
  EXPECT_DOUBLE_EQ(one.throughput(), 0.1);
  EXPECT_DOUBLE_EQ(one.mean_response(), 1);
  EXPECT_NEAR(one.mean_wait(), 0, 1e-15);
}

// Two users, Z = S = 1, one server: weights 1, 2, 2; p = 1/5, 2/5, 2/5; X = 4/5, L = 6/5, T = 3/2.
TEST(MachineRepair, TwoUsersByHand) {
  const MachineRepair two = {2, 1, 1, 1};
  EXPECT_DOUBLE_EQ(two.throughput(), 0.8);
  EXPECT_DOUBLE_EQ(two.mean_in_system(), 1.2);
  EXPECT_DOUBLE_EQ(two.mean_response(), 1.5);
  EXPECT_DOUBLE_EQ(two.utilization(), 0.8);
}

TEST(MachineRepair, SolvesTheBalanceEquations) {
  MarkovChain chain(21);
  for (std::size_t n = 0; n < 20; ++n) {
    chain.add(n, n + 1, (20 - static_cast<double>(n)) / 4);
    chain.add(n + 1, n, 2 * std::min<double>(static_cast<double>(n) + 1, 3));
  }
  EXPECT_NEAR((MachineRepair{20, 4, 2, 3}.mean_in_system()), mean_of(chain.stationary()), 1e-12);
}

// Everyone is either thinking or inside: N = X (Z + T).
TEST(MachineRepair, TheInteractiveResponseLawHolds) {
  for (const int users : {1, 5, 50, 5000}) {
    const MachineRepair model = {users, 3, 2, 4};
    EXPECT_NEAR(model.throughput() * (3 + model.mean_response()), users, 1e-9 * users);
  }
}

TEST(MachineRepair, ManyUsersKeepTheServersBusyAndManyServersMakeNobodyWait) {
  EXPECT_NEAR((MachineRepair{500, 3, 2, 4}.throughput()), 8, 1e-9);
  EXPECT_NEAR((MachineRepair{50, 3, 2, 50}.mean_wait()), 0, 1e-13);
}

// Many users who think long are a Poisson source: N / Z = 0.5 per second on one server, cut far away.
TEST(MachineRepair, ManySlowUsersAreAnOpenSource) {
  const MachineRepair model = {20'000, 40'000, 1, 1};
  EXPECT_NEAR(model.mean_response(), (Mmck{0.5, 1, 1, 500}.mean_response()), 1e-3);
}

// One server and two users: who arrives finds the other there with probability q, and waits for an exponential rest.
TEST(MachineRepair, TheWaitOfTwoUsersIsAnExponentialRest) {
  const MachineRepair repair{2, 3, 2, 1};
  const double q = 1 / (1 + 3 * 2.0);  // of one user alone: service 1/2, think time 3
  for (const double t : {0.0, 0.1, 1.0}) {
    EXPECT_NEAR(repair.wait_at_most(t), 1 - q * std::exp(-2 * t), 1e-14);
  }
  EXPECT_NEAR(repair.wait_quantile(0.95), std::log(q / 0.05) / 2, 1e-12);
  EXPECT_EQ(repair.wait_quantile(0.5), 0);
}

// The mean is the area above the distribution function.
TEST(MachineRepair, TheDistributionOfTheWaitHasItsMean) {
  const MachineRepair repair{10, 5, 1, 2};
  const double step = 1e-3;
  double mean = 0;
  for (double t = step / 2; t < 40; t += step) {
    mean += (1 - repair.wait_at_most(t)) * step;
  }
  EXPECT_NEAR(mean, repair.mean_wait(), 1e-6);
}

}  // namespace
}  // namespace loadstone
