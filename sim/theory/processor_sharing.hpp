// sim/theory/processor_sharing.hpp
//
// M/G/1 and M/M/1 under egalitarian processor sharing: n requests inside each get 1/n of the server.
//
// Symbols. lambda = arrival_rate (per second), m = mean service time alone, rho = lambda m, x = a request's own size.
// Formula. E[T | x] = x / (1 - rho) and E[T] = m / (1 - rho), whatever the distribution (insensitivity); the number
//          inside is geometric, P(n) = (1 - rho) rho^n. M/M/1: Var[T] = E[T]^2 (2 + rho) / (2 - rho).
// Source.  Kleinrock, Queueing Systems II (1976), 4.4; Coffman, Muntz, Trotter, Journal of the ACM 17 (1970).
// Range.   rho >= 1: infinite. Times are seconds.
#pragma once

namespace loadstone {

struct Mg1Ps {
  double arrival_rate = 0;
  double mean_service = 1;

  [[nodiscard]] double utilization() const { return arrival_rate * mean_service; }
  [[nodiscard]] double mean_response() const { return mean_response_of(mean_service); }
  [[nodiscard]] double mean_response_of(double size) const;
  [[nodiscard]] double slowdown() const { return mean_response_of(1); }  // E[T | x] / x
  [[nodiscard]] double mean_in_system() const;                           // rho / (1 - rho)
};

struct Mm1Ps {
  double arrival_rate = 0;
  double service_rate = 1;

  [[nodiscard]] double utilization() const { return arrival_rate / service_rate; }
  [[nodiscard]] double mean_response() const { return Mg1Ps{arrival_rate, 1 / service_rate}.mean_response(); }
  [[nodiscard]] double response_variance() const;
};

}  // namespace loadstone
