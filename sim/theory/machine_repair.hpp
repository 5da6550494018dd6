// sim/theory/machine_repair.hpp
//
// Machine repair, M/M/c//N: N users who think for an exponential time, then ask one of c servers and wait for it.
//
// Symbols. N = users, Z = think_time (mean, seconds), mu = service_rate of one server (per second), c = servers.
// Formula. Birth-death chain with births (N - n) / Z and deaths min(n, c) mu; X = (N - L) / Z; response L / X.
//          P(wait > t) = sum over n >= c of p_(N-1)(n) P(Poisson(c mu t) <= n - c), by the arrival theorem.
// Source.  Gross et al., Fundamentals of Queueing Theory (2008), chapter 2 (finite-source queues).
// Units.   Times are seconds. The closed single-station case of MVA (mva.hpp), by another way.
#pragma once

#include <vector>

namespace loadstone {

struct MachineRepair {
  int users = 1;
  double think_time = 1;
  double service_rate = 1;
  int servers = 1;

  [[nodiscard]] std::vector<double> stationary() const;  // of the number at the servers, p(0) .. p(N)
  [[nodiscard]] double mean_in_system() const;
  [[nodiscard]] double throughput() const;
  [[nodiscard]] double utilization() const;
  [[nodiscard]] double mean_response() const;
  [[nodiscard]] double mean_wait() const { return mean_response() - 1 / service_rate; }
  // P(wait <= t): who arrives finds what N - 1 users leave in the long run, and waits for n - c + 1 services at c mu.
  [[nodiscard]] double wait_at_most(double t) const;
  [[nodiscard]] double wait_quantile(double p) const;  // REQUIRES: 0 <= p < 1
};

}  // namespace loadstone
