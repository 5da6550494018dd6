// sim/theory/service_moments.hpp
//
// The first three raw moments E[S], E[S^2], E[S^3] of a service time, which is what M/G/1 formulas ask for.
//
// Units.  Seconds, seconds^2, seconds^3.
// Source. Johnson, Kotz, Balakrishnan, Continuous Univariate Distributions (1994), 14 (lognormal), 17 (gamma), 20
//         (Pareto); bounded Pareto by integration: Harchol-Balter, Performance Modeling and Design (2013), 20.
#pragma once

namespace loadstone {

struct ServiceMoments {
  double first = 0;
  double second = 0;
  double third = 0;

  [[nodiscard]] double variance() const { return second - first * first; }
  // Squared coefficient of variation.
  [[nodiscard]] double scv() const { return variance() / (first * first); }
};

// E[S^k] = d^k.
[[nodiscard]] ServiceMoments deterministic_moments(double value);
// E[S^k] = k! m^k.
[[nodiscard]] ServiceMoments exponential_moments(double mean);
// (hi^(k+1) - lo^(k+1)) / ((k + 1) (hi - lo)). REQUIRES: lo <= hi.
[[nodiscard]] ServiceMoments uniform_moments(double lo, double hi);
// m, m^2 (1 + c), m^3 (1 + c)(1 + 2c), with c = cv^2; Erlang-k is cv = 1 / sqrt(k).
[[nodiscard]] ServiceMoments gamma_moments(double mean, double cv);
// m^k (1 + cv^2)^(k (k - 1) / 2).
[[nodiscard]] ServiceMoments lognormal_moments(double mean, double cv);
// Density alpha lo^alpha x^(-alpha-1) / (1 - (lo/hi)^alpha) on [lo, hi]; integer alpha included.
// REQUIRES: 0 < lo < hi, alpha > 0.
[[nodiscard]] ServiceMoments bounded_pareto_moments(double alpha, double lo, double hi);

}  // namespace loadstone
