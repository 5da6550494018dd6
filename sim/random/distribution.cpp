#include "sim/random/distribution.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/check.hpp"
#include "sim/random/samples.hpp"

namespace loadstone {

Distribution::Distribution(Law law, double scale, double shape) : law_(law), scale_(scale), shape_(shape) {
  settle();
}

Distribution Distribution::constant(double value) {
  return {Law::constant, value, 0.0};
}

Distribution Distribution::exponential(double mean) {
  return mean == 0.0 ? constant(0.0) : Distribution(Law::exponential, mean, 0.0);
}

Distribution Distribution::lognormal(double mean, double cv) {
  if (mean == 0.0 || cv == 0.0) {
    return constant(mean);
  }
  const double log_variance = math::log1p(cv * cv);
  if (log_variance == 0.0) {
    return constant(mean);
  }
  return {Law::lognormal, mean / std::sqrt(1.0 + cv * cv), std::sqrt(log_variance)};
}

Distribution Distribution::lognormal_quantiles(double p1, double value1, double p2, double value2) {
  if (value1 == value2) {
    return constant(value1);
  }
  const double z1 = math::normal_quantile(p1);
  const double z2 = math::normal_quantile(p2);
  const double sigma = math::log(value2 / value1) / (z2 - z1);
  return {Law::lognormal, value1 * math::exp(-sigma * z1), sigma};
}

Distribution Distribution::gamma(double mean, double cv) {
  if (mean == 0.0 || cv == 0.0) {
    return constant(mean);
  }
  if (cv == 1.0) {
    return exponential(mean);
  }
  return {Law::gamma, mean * cv * cv, 1.0 / (cv * cv)};
}

Distribution Distribution::erlang(std::uint32_t k, double mean) {
  if (mean == 0.0) {
    return constant(0.0);
  }
  return k == 1 ? exponential(mean) : Distribution(Law::gamma, mean / k, k);
}

Distribution Distribution::hyperexponential(double mean, double cv) {
  if (mean == 0.0) {
    return constant(0.0);
  }
  if (cv == 1.0) {
    return exponential(mean);
  }
  // (1 - sqrt((c^2-1) / (c^2+1))) / 2 without the cancellation.
  const double square = cv * cv;
  const double slow = 1.0 / ((square + 1.0) * (1.0 + std::sqrt((square - 1.0) / (square + 1.0))));
  Distribution result(Law::hyperexponential, mean, slow);
  result.slow_weight_ = slow;
  return result;
}

Distribution Distribution::uniform(double lo, double hi) {
  return lo == hi ? constant(lo) : Distribution(Law::uniform, hi - lo, lo);
}

Distribution Distribution::pareto(double min, double alpha) {
  return {Law::pareto, min, alpha};
}

Distribution Distribution::weibull(double mean, double shape) {
  return weibull_scale(mean / math::exp(math::log_gamma(1.0 + 1.0 / shape)), shape);
}

Distribution Distribution::weibull_scale(double scale, double shape) {
  return scale == 0.0 ? constant(0.0) : Distribution(Law::weibull, scale, shape);
}

Distribution Distribution::empirical(const Samples& samples) {
  Distribution result;
  result.law_ = Law::empirical;
  result.scale_ = 1.0;
  result.shape_ = static_cast<double>(samples.sorted().size());
  result.samples_ = &samples;
  result.settle();
  return result;
}

Distribution Distribution::truncated(double max) const {
  const double below = tails_untruncated(max).below;
  LOADSTONE_CHECK(below > 0.0, "nothing is left of a distribution below its max");
  if (truncated_ && max >= max_) {
    return *this;
  }
  Distribution result = *this;
  if (law_ == Law::uniform) {
    return uniform(shape_, std::min(max, shape_ + scale_));
  }
  if (law_ == Law::empirical) {
    result.shape_ = static_cast<double>(
        std::min<std::size_t>(samples_->count_up_to(max / scale_), static_cast<std::size_t>(shape_)));
  } else if (law_ != Law::constant) {
    result.truncated_ = true;
    result.max_ = max;
    result.below_ = below;
    if (law_ == Law::hyperexponential) {
      result.slow_weight_ = shape_ * -math::expm1(-max / slow_mean()) / below;
    }
  }
  result.settle();
  return result;
}

Distribution Distribution::scaled(double factor) const {
  if (factor == 0.0) {
    return constant(0.0);
  }
  Distribution result = *this;
  result.scale_ *= factor;
  result.max_ *= factor;
  result.mean_ *= factor;
  result.variance_ *= factor * factor;
  if (law_ == Law::uniform) {
    result.shape_ *= factor;
  }
  return result;
}

}  // namespace loadstone
