#include "sim/theory/mva.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/theory/bounds.hpp"
#include "sim/theory/machine_repair.hpp"

namespace loadstone {
namespace {

// The product form, state by state: the weight of (n_1 .. n_M) is Z^j / j! (thinking j) times, per station,
// D^n / (prod over i <= n of min(i, c)). Enumerates every way to place the users.
struct Enumeration {
  std::vector<MvaStation> stations;
  double think_time;
  double total = 0;
  std::vector<double> numbers = std::vector<double>(stations.size(), 0.0);
  std::vector<int> placed = std::vector<int>(stations.size(), 0);

  void place(std::size_t k, int left, double weight) {
    if (k == stations.size()) {
      for (int j = 1; j <= left; ++j) {
        weight *= think_time / j;
      }
      total += weight;
      for (std::size_t i = 0; i < stations.size(); ++i) {
        numbers[i] += placed[i] * weight;
      }
      return;
    }
    for (int n = 0; n <= left; ++n) {
      weight *= n == 0 ? 1 : stations[k].demand / std::min(n, stations[k].servers);
      placed[k] = n;
      place(k + 1, left - n, weight);
    }
  }
};

double total_weight(const std::vector<MvaStation>& stations, int users, double think_time) {
  Enumeration all{stations, think_time};
  all.place(0, users, 1);
  return all.total;
}

// X(N) = G(N - 1) / G(N), Q_k = the weighted mean.
TEST(Mva, IsTheSumOverAllStatesOfTheProductForm) {
  const std::vector<MvaStation> stations = {{0.3, 1}, {0.9, 3}, {0.5, kInfiniteServers}, {0.7, 2}};
  for (const double think_time : {0.0, 1.5}) {
    for (const int users : {1, 2, 5, 17}) {
      Enumeration all{stations, think_time};
      all.place(0, users, 1);
      const MvaResult result = exact_mva(stations, users, think_time);
      EXPECT_NEAR(result.throughput, total_weight(stations, users - 1, think_time) / all.total, 1e-12);
      for (std::size_t k = 0; k < stations.size(); ++k) {
        EXPECT_NEAR(result.mean_number[k], all.numbers[k] / all.total, 1e-11) << k;
        EXPECT_NEAR(result.residence[k], result.mean_number[k] / result.throughput, 1e-11) << k;
      }
    }
  }
}

TEST(Mva, AloneAUserNeverWaits) {
  const MvaResult result = exact_mva(std::vector<MvaStation>{{0.3, 1}, {0.9, 3}, {0.5, kInfiniteServers}}, 1, 2);
  EXPECT_NEAR(result.throughput, 1 / 3.7, 1e-15);
  EXPECT_NEAR(result.response, 1.7, 1e-15);
}

// M equal single servers: X = N / (N + M - 1) / D.
TEST(Mva, ABalancedNetworkHasItsKnownThroughput) {
  const std::vector<MvaStation> stations(4, MvaStation{0.25, 1});
  EXPECT_NEAR(exact_mva(stations, 10, 0).throughput, 10.0 / 13 / 0.25, 1e-13);
}

// One station and thinking is the repair model, solved there as a chain. 400 servers are where the textbook recursion
// for p(0) fails; here the answer keeps its digits.
TEST(Mva, OneStationIsMachineRepairWithAnyNumberOfServers) {
  for (const int servers : {1, 2, 8, 64, 400}) {
    for (const int users : {1, servers, 2 * servers + 1, 5 * servers}) {
      const MvaResult result = exact_mva(std::vector<MvaStation>{{0.5, servers}}, users, 1);
      const MachineRepair chain = {users, 1, 2, servers};
      EXPECT_NEAR(result.throughput, chain.throughput(), 1e-10 * chain.throughput()) << servers << " " << users;
      EXPECT_NEAR(result.response, chain.mean_response(), 1e-10 * users) << servers << " " << users;
      EXPECT_NEAR(result.utilization[0], chain.utilization(), 1e-10);
    }
  }
}

TEST(Mva, AsManyServersAsUsersIsADelay) {
  const double with_servers = exact_mva(std::vector<MvaStation>{{0.4, 6}, {0.2, 1}}, 6, 1).throughput;
  const double with_delay = exact_mva(std::vector<MvaStation>{{0.4, kInfiniteServers}, {0.2, 1}}, 6, 1).throughput;
  EXPECT_NEAR(with_servers, with_delay, 1e-13);
}

TEST(Mva, AStationWithoutDemandChangesNothing) {
  const std::vector<MvaStation> with = {{0.4, 3}, {0, 4}, {0, 1}};
  const std::vector<MvaStation> without = {{0.4, 3}};
  EXPECT_EQ(exact_mva(with, 9, 0).throughput, exact_mva(without, 9, 0).throughput);
  EXPECT_EQ(exact_mva(with, 9, 0).mean_number[1], 0.0);
}

TEST(Mva, NeverExceedsItsBoundsAndEveryUserIsSomewhere) {
  const std::vector<MvaStation> stations = {{0.3, 1}, {2.5, 10}, {0.1, 1}};
  const std::vector<BoundStation> bounds = {{0.3, 1}, {2.5, 10}, {0.1, 1}};
  for (int users = 1; users < 200; users += 7) {
    const MvaResult result = exact_mva(stations, users, 4);
    EXPECT_LE(result.throughput, closed_throughput_bound(bounds, users, 4).per_second * (1 + 1e-12));
    EXPECT_GE(result.response, closed_response_bound(bounds, users, 4) * (1 - 1e-12));
    EXPECT_NEAR(result.throughput * (result.response + 4), users, 1e-9);
  }
}

TEST(Mva, WhatItCannotSolveIsRefused) {
  EXPECT_THROW((void)exact_mva(std::vector<MvaStation>{{1, 1}}, 0, 0), CheckFailure);
  EXPECT_THROW((void)exact_mva(std::vector<MvaStation>{{0, 1}}, 1, 0), CheckFailure);
  EXPECT_THROW((void)exact_mva(std::vector<MvaStation>{{1, 501}}, 1, 0), CheckFailure);
  EXPECT_THROW((void)exact_mva(std::vector<MvaStation>(13, MvaStation{1, 2}), 1, 0), CheckFailure);
}

}  // namespace
}  // namespace loadstone
