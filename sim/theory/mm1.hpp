// sim/theory/mm1.hpp
//
// M/M/1, first come first served: Poisson arrivals, exponential service, one server.
//
// Symbols. lambda = arrival_rate, mu = service_rate (per second), rho = lambda / mu.
// Formula. P(wait > t) = rho exp(-(mu - lambda) t);  P(response > t) = exp(-(mu - lambda) t).
// Source.  Kleinrock, Queueing Systems I (1975), 3.2 and 5.7.
// Range.   rho >= 1: every time and number below is infinite. Times are seconds.
#pragma once

namespace loadstone {

struct Mm1 {
  double arrival_rate = 0;
  double service_rate = 1;

  [[nodiscard]] double utilization() const { return arrival_rate / service_rate; }
  [[nodiscard]] double mean_wait() const;                  // rho / (mu - lambda)
  [[nodiscard]] double wait_variance() const;              // rho (2 - rho) / (mu - lambda)^2
  [[nodiscard]] double wait_quantile(double p) const;      // max(0, log(rho / (1 - p)) / (mu - lambda))
  [[nodiscard]] double mean_response() const;              // 1 / (mu - lambda)
  [[nodiscard]] double response_variance() const;          // 1 / (mu - lambda)^2
  [[nodiscard]] double response_quantile(double p) const;  // -log(1 - p) / (mu - lambda)
  [[nodiscard]] double mean_in_system() const;             // rho / (1 - rho)
  [[nodiscard]] double mean_in_queue() const;              // rho^2 / (1 - rho)
};

}  // namespace loadstone
