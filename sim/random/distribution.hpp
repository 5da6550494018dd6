// sim/random/distribution.hpp
//
// A distribution of a non-negative quantity: a service time, a size, a number of tokens. A small value, freely copied.
//
// Units.  Whatever the caller's parameters are in (nanoseconds for times); samples come back in the same.
// Draws.  sample(draw) is a pure function. By inversion of one uniform number wherever a closed inverse exists; the
// gamma
//         family rejects, within its own DrawSequence. Small uniforms give large samples: sample = quantile(1 -
//         uniform).
// Cost.   constant and exponential are inline; the others are a call and a switch.
// Owns.   Nothing. An empirical distribution points at Samples that must outlive it and all its copies.
// Not.    No parsing and no units: sim/random/distribution_kinds.hpp makes one from named arguments.
#pragma once

#include <cstdint>
#include <type_traits>

#include "sim/random/keyed.hpp"
#include "sim/random/math.hpp"
#include "sim/random/special.hpp"

namespace loadstone {

class Samples;

class Distribution {
 public:
  Distribution() = default;  // constant 0

  // Each REQUIRES finite arguments inside the bounds of distribution_kinds(). A degenerate case (mean 0, cv 0) is the
  // constant that it degenerates to.
  static Distribution constant(double value);
  static Distribution exponential(double mean);
  static Distribution lognormal(double mean, double cv);
  static Distribution lognormal_quantiles(double p1, double value1, double p2, double value2);
  static Distribution gamma(double mean, double cv);
  static Distribution erlang(std::uint32_t k, double mean);
  static Distribution hyperexponential(double mean, double cv);  // two phases with balanced means
  static Distribution uniform(double lo, double hi);
  static Distribution pareto(double min, double alpha);
  static Distribution weibull(double mean, double shape);
  static Distribution weibull_scale(double scale, double shape);
  static Distribution empirical(const Samples& samples);

  [[nodiscard]] double sample(Draw draw) const;
  [[nodiscard]] double mean() const { return mean_; }          // infinity where there is none
  [[nodiscard]] double variance() const { return variance_; }  // the same
  [[nodiscard]] double cdf(double x) const;                    // P(X <= x)
  // The smallest x with cdf(x) >= p. Closed but for gamma, erlang and hyperexponential, where it is a search.
  // REQUIRES: 0 <= p <= 1.
  [[nodiscard]] double quantile(double p) const;

  // The same distribution on condition of being at most `max`. REQUIRES: cdf(max) > 0.
  [[nodiscard]] Distribution truncated(double max) const;
  // The distribution of factor * X. REQUIRES: factor >= 0 and finite.
  [[nodiscard]] Distribution scaled(double factor) const;

  [[nodiscard]] bool is_constant() const { return law_ == Law::constant; }

 private:
  enum class Law : std::uint8_t {
    constant,          // scale = the value
    exponential,       // scale = mean
    lognormal,         // scale = median, shape = standard deviation of the logarithm
    gamma,             // scale, shape
    hyperexponential,  // scale = mean, shape = probability of the slow phase; slow_weight = that after truncation
    uniform,           // scale = hi - lo, shape = lo
    pareto,            // scale = min, shape = alpha
    weibull,           // scale, shape
    empirical,         // scale = a factor, shape = how many of the samples are used
  };

  Distribution(Law law, double scale, double shape);
  void settle();  // mean_ and variance_ from the rest
  void settle_empirical();
  [[nodiscard]] double plain_variance() const;

  [[nodiscard]] double sample_other(Draw draw) const;
  [[nodiscard]] double sample_gamma(Draw draw) const;
  [[nodiscard]] double sample_hyperexponential(double above) const;
  [[nodiscard]] double inverse(math::Tails tails) const;
  [[nodiscard]] double inverse_untruncated(math::Tails tails) const;
  [[nodiscard]] double search(math::Tails tails) const;
  [[nodiscard]] math::Tails tails_untruncated(double x) const;
  // E[X^power; X <= max] without truncation, divided by scale^power. Power 1 or 2; max may be infinite.
  [[nodiscard]] double partial_moment(int power, double max) const;
  [[nodiscard]] double slow_mean() const { return scale_ / (2.0 * shape_); }
  [[nodiscard]] double fast_mean() const { return scale_ / (2.0 * (1.0 - shape_)); }

  Law law_ = Law::constant;
  bool truncated_ = false;
  double scale_ = 0.0;
  double shape_ = 0.0;
  union {
    double slow_weight_ = 0.0;
    const Samples* samples_;
  };
  double max_ = 0.0;    // where truncated
  double below_ = 1.0;  // P(X <= max_) without truncation
  double mean_ = 0.0;
  double variance_ = 0.0;
};

static_assert(std::is_trivially_copyable_v<Distribution> && sizeof(Distribution) <= 64);

[[gnu::always_inline]] inline double Distribution::sample(Draw draw) const {
  if (law_ == Law::exponential && !truncated_) [[likely]] {
    return -scale_ * math::log(loadstone::uniform(draw));
  }
  if (law_ == Law::constant) {
    return scale_;
  }
  return sample_other(draw);
}

}  // namespace loadstone
