// sim/theory/dm1.hpp
//
// D/M/1: an arrival every 1/lambda seconds exactly, exponential service, one server, first come first served.
//
// Symbols. lambda = arrival_rate, mu = service_rate (per second), sigma = P(an arrival waits).
// Formula. sigma = exp(-mu (1 - sigma) / lambda), the root in (0, 1); P(wait > t) = sigma exp(-mu (1 - sigma) t);
//          E[W] = sigma / (mu (1 - sigma)).
// Source.  Kleinrock, Queueing Systems I (1975), 6.4 (G/M/1).
// Range.   lambda >= mu: sigma is 1 and the times are infinite. Times are seconds.
#pragma once

namespace loadstone {

struct Dm1 {
  double arrival_rate = 0;
  double service_rate = 1;

  [[nodiscard]] double utilization() const { return arrival_rate / service_rate; }
  [[nodiscard]] double sigma() const;
  [[nodiscard]] double mean_wait() const;
  [[nodiscard]] double wait_quantile(double p) const;
  [[nodiscard]] double mean_response() const { return mean_wait() + 1 / service_rate; }
};

}  // namespace loadstone
