// sim/stats/estimate.hpp
//
// An estimate and how far to trust it: a value over independent replications, with a confidence interval.
//
// Rule.  One number per replication; the numbers are independent and identically distributed, so their mean is near
//        normal and the interval is Student's with n - 1 degrees of freedom.
// Why.   When there is no interval, `why` says what is missing; when there is one, `why` is empty.
// Order. Sums run in index order (the order of the replications), so the bits do not depend on who finished first.
// Not.   No batching, no warm-up and no correction for looking many times.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace loadstone {

struct Interval {
  double lo = 0;
  double hi = 0;

  [[nodiscard]] double width() const { return hi - lo; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

struct Estimate {
  double value = 0;  // NaN when it is not defined; `why` says so
  std::optional<Interval> ci;
  std::string why;
};

// The mean of the replications' values. No values, or one that is not finite: value NaN and no interval. One value:
// that value and no interval. All equal: an interval of width 0. REQUIRES: 0 < confidence < 1.
[[nodiscard]] Estimate estimate_mean(std::span<const double> replications, double confidence = 0.95);

// The ratio of the means, sum(y) / sum(x), with the delta-method interval: t s / (sqrt(n) mean(x)), where s is the
// standard deviation of y_i - ratio x_i (Law, Simulation Modeling and Analysis). For rates and shares whose
// denominators differ between replications. A denominator sum of 0: value NaN and no interval.
// REQUIRES: as many numerators as denominators; 0 < confidence < 1.
[[nodiscard]] Estimate estimate_ratio(std::span<const double> numerators, std::span<const double> denominators,
                                      double confidence = 0.95);

// The same estimate with an interval of at least `width`, centred on what it was; for a quantile read from a
// histogram, whose interval must not look finer than the histogram's bucket. Leaves an absent interval absent.
[[nodiscard]] Estimate widened_to(Estimate estimate, double width);

// The p-quantile of Student's t distribution, rounded to 44 bits so that the last-bit differences of libm between
// processors do not reach a report. REQUIRES: 0 < p < 1, dof > 0.
[[nodiscard]] double student_t_quantile(double p, double dof);

}  // namespace loadstone
