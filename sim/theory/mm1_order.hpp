// sim/theory/mm1_order.hpp
//
// The wait in M/M/1 under three orders of service without preemption: the mean is the same, the spread is not.
//
// Symbols. lambda = arrival_rate, mu = service_rate (per second), rho = lambda / mu.
// Formula. E[W] = rho / (mu - lambda) for all. E[W^2]: first come, F = 2 rho / (mu - lambda)^2; last come,
//          F / (1 - rho); random order, F / (1 - rho / 2).
// Source.  Takacs, Bell System Technical Journal 42 (1963); Cooper, Introduction to Queueing Theory (1981), chapter 5.
// Range.   rho >= 1: infinite. Times are seconds.
#pragma once

#include <cstdint>

namespace loadstone {

enum class ServiceOrder : std::uint8_t { first_come, last_come, random };

struct Mm1Order {
  double arrival_rate = 0;
  double service_rate = 1;
  ServiceOrder order = ServiceOrder::first_come;

  [[nodiscard]] double mean_wait() const;
  [[nodiscard]] double wait_second_moment() const;
  [[nodiscard]] double wait_variance() const;
};

}  // namespace loadstone
