// sim/theory/mg1.hpp
//
// M/G/1, first come first served, and its special case M/D/1.
//
// Symbols. lambda = arrival_rate (per second); m1, m2, m3 = raw moments of the service time; rho = lambda m1.
// Formula. Pollaczek-Khinchine: E[W] = lambda m2 / (2 (1 - rho)).
//          Takacs: E[W^2] = 2 E[W]^2 + lambda m3 / (3 (1 - rho)).
// Source.  Kleinrock, Queueing Systems I (1975), 5.6 and 5.7; Takacs, Bell System Technical Journal 42 (1963).
// Range.   rho >= 1: infinite. Times are seconds.
#pragma once

#include "sim/theory/service_moments.hpp"

namespace loadstone {

struct Mg1 {
  double arrival_rate = 0;
  ServiceMoments service;

  [[nodiscard]] double utilization() const { return arrival_rate * service.first; }
  [[nodiscard]] double mean_wait() const;
  [[nodiscard]] double wait_second_moment() const;
  [[nodiscard]] double wait_variance() const;
  [[nodiscard]] double mean_response() const { return mean_wait() + service.first; }
  [[nodiscard]] double response_variance() const { return wait_variance() + service.variance(); }
};

// M/D/1: E[W] = rho d / (2 (1 - rho)), half of M/M/1's.
[[nodiscard]] inline Mg1 md1(double arrival_rate, double service_time) {
  return {arrival_rate, deterministic_moments(service_time)};
}

}  // namespace loadstone
