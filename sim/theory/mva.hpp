// sim/theory/mva.hpp
//
// Exact mean value analysis of a closed network with one class: N users, think time Z, stations of one server, of
// several servers, or of as many as needed (delays).
//
// Symbols. D_k = demand: visits x service time at k (seconds), c_k = servers, Q_k(n), R_k(n) = number and residence
// time
//          at k with n users, p_k(j|n) = P(j at k), X(n) = throughput.
// Formula. R_k(n) = D_k (1 + Q_k(n-1)) for one server, D_k for a delay,
//          D_k / c (1 + Q_k(n-1) + sum over j < c-1 of (c-1-j) p_k(j|n-1)) for c servers;
//          X(n) = n / (Z + sum of R_k(n)); Q_k(n) = X(n) R_k(n); p_k(j|n) = X(n) D_k / j p_k(j-1|n-1) for 0 < j < c;
//          p_k(0|n) = p_k(0|n-1) X(n) / X'(n), where X' is the throughput of the network without k. The usual
//          p_k(0|n) = 1 - sum of the others loses every digit with many servers; this one has positive terms only.
// Source.  Reiser, Lavenberg, Journal of the ACM 27 (1980); Reiser, Performance Evaluation 1 (1981) for p_k(0|n).
// Cost.    O(N 2^m (stations + servers)) with m stations of several servers: m <= 12. Up to 500 servers per station.
// Not.     Product form is assumed: exponential service wherever requests wait in arrival order.
#pragma once

#include <limits>
#include <span>
#include <vector>

namespace loadstone {

inline constexpr int kInfiniteServers = std::numeric_limits<int>::max();

struct MvaStation {
  double demand = 0;
  int servers = 1;  // kInfiniteServers: a delay
};

struct MvaResult {
  double throughput = 0;
  double response = 0;            // sum of the residence times, think time not included
  std::vector<double> residence;  // per station, all visits together
  std::vector<double> mean_number;
  std::vector<double> utilization;  // X D / c; 0 for a delay
};

// REQUIRES: users >= 1; think_time and demands >= 0, not all of them 0; 1 <= servers <= 500 or kInfiniteServers.
[[nodiscard]] MvaResult exact_mva(std::span<const MvaStation> stations, int users, double think_time);

}  // namespace loadstone
