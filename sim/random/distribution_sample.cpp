// Sampling: inversion, and rejection for the gamma family.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "sim/base/check.hpp"
#include "sim/random/distribution.hpp"
#include "sim/random/samples.hpp"

namespace loadstone {
namespace {

constexpr int kGammaTries = 64;  // rejections by truncation before the exact search takes over

// -log(above), accurate at both ends.
double negative_log(math::Tails tails) {
  return tails.below < 0.5 ? -math::log1p(-tails.below) : -math::log(tails.above);
}

double normal_at(math::Tails tails) {
  return tails.below < 0.5 ? math::normal_quantile(tails.below) : -math::normal_quantile(tails.above);
}

// Marsaglia and Tsang, "A simple method for generating gamma variables" (2000); scale 1. REQUIRES: shape >= 1.
double sample_standard_gamma(double shape, DrawSequence& numbers) {
  const double d = shape - 1.0 / 3;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double z = -math::normal_quantile(numbers.next());
    const double root = 1.0 + c * z;
    const double accept = numbers.next();
    if (root <= 0.0) {
      continue;
    }
    const double v = root * root * root;
    if (math::log(accept) < 0.5 * z * z + d - d * v + 3.0 * d * math::log(root)) {
      return d * v;
    }
  }
}

}  // namespace

double Distribution::sample_other(Draw draw) const {
  switch (law_) {
    case Law::constant:
      return scale_;
    case Law::gamma:
      return sample_gamma(draw);
    case Law::hyperexponential:
      return sample_hyperexponential(loadstone::uniform(draw));
    default: {
      const double above = loadstone::uniform(draw);
      return inverse({1.0 - above, above});
    }
  }
}

double Distribution::sample_gamma(Draw draw) const {
  DrawSequence numbers(draw);
  for (int tries = 0; tries < kGammaTries; ++tries) {
    double value = 0.0;
    if (shape_ >= 1.0) {
      value = scale_ * sample_standard_gamma(shape_, numbers);
    } else {
      // A gamma of shape + 1, times U^(1 / shape).
      const double more = sample_standard_gamma(shape_ + 1.0, numbers);
      value = scale_ * more * math::exp(math::log(numbers.next()) / shape_);
    }
    if (!truncated_ || value <= max_) {
      return value;
    }
  }
  const double above = numbers.next();
  return inverse({1.0 - above, above});
}

double Distribution::sample_hyperexponential(double above) const {
  const bool slow = above <= slow_weight_;
  const double mean = slow ? slow_mean() : fast_mean();
  const double part = slow ? above / slow_weight_ : (above - slow_weight_) / (1.0 - slow_weight_);
  if (!truncated_) {
    return -mean * math::log(part);
  }
  const double below_max = -math::expm1(-max_ / mean);
  return std::min(max_, -mean * math::log1p((part - 1.0) * below_max));
}

double Distribution::quantile(double p) const {
  LOADSTONE_CHECK(p >= 0.0 && p <= 1.0, "a quantile is asked for a probability");
  return inverse({p, 1.0 - p});
}

double Distribution::inverse(math::Tails tails) const {
  if (!truncated_) {
    return inverse_untruncated(tails);
  }
  if (tails.above == 0.0) {
    return max_;
  }
  const double below = tails.below * below_;
  const double above = below < 0.5 ? 1.0 - below : tails.above * below_ + (1.0 - below_);
  return std::min(max_, inverse_untruncated({below, above}));
}

double Distribution::inverse_untruncated(math::Tails tails) const {
  switch (law_) {
    case Law::constant:
      return scale_;
    case Law::exponential:
      return scale_ * negative_log(tails);
    case Law::lognormal:
      return scale_ * math::exp(shape_ * normal_at(tails));
    case Law::uniform:
      return std::min(shape_ + scale_ * tails.below, shape_ + scale_);
    case Law::pareto:
      return scale_ * math::exp(negative_log(tails) / shape_);
    case Law::weibull:
      return scale_ * math::pow(negative_log(tails), 1.0 / shape_);
    case Law::empirical: {
      const double rank = std::ceil(tails.below * shape_) - 1.0;
      return scale_ * samples_->sorted()[static_cast<std::size_t>(std::clamp(rank, 0.0, shape_ - 1.0))];
    }
    case Law::gamma:
    case Law::hyperexponential:
      return search(tails);
  }
  return 0.0;
}

// The smallest double x whose distribution function reaches tails.below: bisection over the bits, which order as the
// non-negative doubles do.
double Distribution::search(math::Tails tails) const {
  if (tails.above <= 0.0) {
    return std::numeric_limits<double>::infinity();
  }
  std::uint64_t low = 0;
  auto high = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::max());
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const math::Tails there = tails_untruncated(std::bit_cast<double>(middle));
    const bool reached = tails.below < 0.5 ? there.below >= tails.below : there.above <= tails.above;
    if (reached) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return std::bit_cast<double>(low);
}

}  // namespace loadstone
