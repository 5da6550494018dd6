#include "sim/theory/machine_repair.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace loadstone
