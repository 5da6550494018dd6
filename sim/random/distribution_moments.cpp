// Distribution functions, means and variances, with and without truncation, in closed form.
#include <cmath>

#include "sim/base/infinity.hpp"
#include "sim/random/distribution.hpp"
#include "sim/random/samples.hpp"

namespace loadstone {
namespace {

// P(X <= x) and P(X > x) from the exponent e = -log P(X > x).
math::Tails tails_of_exponent(double e) {
  return {-math::expm1(-e), math::exp(-e)};
}

// E[X^power; X <= max] for an exponential X with mean 1.
double exponential_moment(int power, double max) {
  return power * math::gamma_tails(power + 1.0, max).below;
}

// The integral of alpha y^(power - 1 - alpha) over 1..ratio.
double pareto_moment(int power, double alpha, double ratio) {
  const double exponent = power - alpha;
  if (ratio == kInfinity) {
    return exponent < 0.0 ? alpha / -exponent : kInfinity;
  }
  const double logarithm = math::log(ratio);
  return alpha * (exponent == 0.0 ? logarithm : math::expm1(exponent * logarithm) / exponent);
}

double rising(double shape, int power) {
  return power == 1 ? shape : shape * (shape + 1.0);
}

}  // namespace

double Distribution::cdf(double x) const {
  if (truncated_ && x >= max_) {
    return 1.0;
  }
  const double below = tails_untruncated(x).below;
  return truncated_ ? below / below_ : below;
}

math::Tails Distribution::tails_untruncated(double x) const {
  if (!(x >= 0.0)) {
    return {0.0, 1.0};
  }
  const double ratio = law_ == Law::constant ? 1.0 : x / scale_;
  switch (law_) {
    case Law::constant:
      return x >= scale_ ? math::Tails{1.0, 0.0} : math::Tails{0.0, 1.0};
    case Law::exponential:
      return tails_of_exponent(ratio);
    case Law::lognormal:
      return math::normal_tails(math::log(ratio) / shape_);
    case Law::gamma:
      return math::gamma_tails(shape_, ratio);
    case Law::hyperexponential: {
      const math::Tails slow = tails_of_exponent(x / slow_mean());
      const math::Tails fast = tails_of_exponent(x / fast_mean());
      return {shape_ * slow.below + (1.0 - shape_) * fast.below, shape_ * slow.above + (1.0 - shape_) * fast.above};
    }
    case Law::uniform: {
      const double below = std::fmin(std::fmax((x - shape_) / scale_, 0.0), 1.0);
      return {below, 1.0 - below};
    }
    case Law::pareto:
      return ratio <= 1.0 ? math::Tails{0.0, 1.0} : tails_of_exponent(shape_ * math::log(ratio));
    case Law::weibull:
      return tails_of_exponent(math::pow(ratio, shape_));
    case Law::empirical: {
      const double below = std::fmin(static_cast<double>(samples_->count_up_to(ratio)) / shape_, 1.0);
      return {below, 1.0 - below};
    }
  }
  return {0.0, 1.0};
}

double Distribution::partial_moment(int power, double max) const {
  const double ratio = max / scale_;
  switch (law_) {
    case Law::exponential:
      return exponential_moment(power, ratio);
    case Law::lognormal: {
      const double share = math::normal_tails(math::log(ratio) / shape_ - power * shape_).below;
      return math::exp(0.5 * power * power * shape_ * shape_) * share;
    }
    case Law::gamma:
      return rising(shape_, power) * math::gamma_tails(shape_ + power, ratio).below;
    case Law::hyperexponential: {
      const double slow = slow_mean() / scale_;
      const double fast = fast_mean() / scale_;
      const double slow_power = power == 1 ? slow : slow * slow;
      const double fast_power = power == 1 ? fast : fast * fast;
      return shape_ * slow_power * exponential_moment(power, ratio / slow) +
             (1.0 - shape_) * fast_power * exponential_moment(power, ratio / fast);
    }
    case Law::pareto:
      return pareto_moment(power, shape_, ratio);
    case Law::weibull: {
      const double order = 1.0 + power / shape_;
      return math::exp(math::log_gamma(order)) * math::gamma_tails(order, math::pow(ratio, shape_)).below;
    }
    case Law::constant:
    case Law::uniform:
    case Law::empirical:
      break;
  }
  return 0.0;
}

// The variance of an untruncated law over the square of its scale, without the cancellation of E[X^2] - E[X]^2.
double Distribution::plain_variance() const {
  switch (law_) {
    case Law::exponential:
      return 1.0;
    case Law::lognormal: {
      const double square = shape_ * shape_;
      return math::exp(square) * math::expm1(square);
    }
    case Law::gamma:
      return shape_;
    case Law::uniform:
      return 1.0 / 12.0;
    case Law::pareto:
      return shape_ > 2.0 ? shape_ / ((shape_ - 1.0) * (shape_ - 1.0) * (shape_ - 2.0)) : kInfinity;
    default: {
      const double first = partial_moment(1, kInfinity);
      return partial_moment(2, kInfinity) - first * first;
    }
  }
}

void Distribution::settle() {
  if (law_ == Law::constant) {
    mean_ = scale_;
  } else if (law_ == Law::empirical) {
    settle_empirical();
  } else if (law_ == Law::uniform) {
    mean_ = shape_ + 0.5 * scale_;
    variance_ = scale_ * scale_ * plain_variance();
  } else if (!truncated_) {
    mean_ = scale_ * partial_moment(1, kInfinity);
    variance_ = scale_ * scale_ * plain_variance();
  } else {
    const double first = partial_moment(1, max_) / below_;
    const double second = partial_moment(2, max_) / below_;
    mean_ = scale_ * first;
    variance_ = scale_ * scale_ * std::fmax(second - first * first, 0.0);
  }
}

void Distribution::settle_empirical() {
  const auto used = samples_->sorted().first(static_cast<std::size_t>(shape_));
  double sum = 0.0;
  for (const double value : used) {
    sum += value;
  }
  const double centre = sum / shape_;
  double squares = 0.0;
  for (const double value : used) {
    squares += (value - centre) * (value - centre);
  }
  mean_ = scale_ * centre;
  variance_ = scale_ * scale_ * (squares / shape_);
}

}  // namespace loadstone
