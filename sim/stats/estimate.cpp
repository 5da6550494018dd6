#include "sim/stats/estimate.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "sim/base/check.hpp"

namespace loadstone {

namespace {

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

double sum(std::span<const double> values) {
  double total = 0;
  for (const double value : values) {
    total += value;
  }
  return total;
}

std::size_t count_not_finite(std::span<const double> values) {
  return static_cast<std::size_t>(
      std::count_if(values.begin(), values.end(), [](double value) { return !std::isfinite(value); }));
}

Estimate undefined(std::string why) {
  return {kNotANumber, std::nullopt, std::move(why)};
}

std::string share_not_finite(std::size_t bad, std::size_t all) {
  return std::to_string(bad) + " of " + std::to_string(all) + " replications have no finite value";
}

// value +- t(n - 1) * deviation / sqrt(n), or the reason why not.
Estimate with_interval(double value, double sum_of_squares, std::size_t n, double confidence) {
  if (n < 2) {
    return {value, std::nullopt, "one replication: an interval needs at least two"};
  }
  const auto size = static_cast<double>(n);
  const double error = std::sqrt(sum_of_squares / (size - 1) / size);
  const double half = student_t_quantile(0.5 + confidence / 2, size - 1) * error;
  if (!std::isfinite(value) || !std::isfinite(half)) {
    return {value, std::nullopt, "the values are too large for an interval"};
  }
  return {value, Interval{value - half, value + half}, ""};
}

void check_confidence(double confidence) {
  LOADSTONE_CHECK(confidence > 0 && confidence < 1, std::to_string(confidence));
}

}  // namespace

Estimate estimate_mean(std::span<const double> replications, double confidence) {
  check_confidence(confidence);
  if (replications.empty()) {
    return undefined("no replications");
  }
  if (const std::size_t bad = count_not_finite(replications); bad > 0) {
    return undefined(share_not_finite(bad, replications.size()));
  }
  const double mean = sum(replications) / static_cast<double>(replications.size());
  double squares = 0;
  for (const double value : replications) {
    squares += (value - mean) * (value - mean);
  }
  return with_interval(mean, squares, replications.size(), confidence);
}

Estimate estimate_ratio(std::span<const double> numerators, std::span<const double> denominators, double confidence) {
  check_confidence(confidence);
  const std::size_t n = numerators.size();
  LOADSTONE_CHECK(n == denominators.size(), std::to_string(n) + " and " + std::to_string(denominators.size()));
  if (n == 0) {
    return undefined("no replications");
  }
  if (const std::size_t bad = count_not_finite(numerators) + count_not_finite(denominators); bad > 0) {
    return undefined(std::to_string(bad) + " numerators or denominators are not finite");
  }
  const double total = sum(denominators);
  if (total == 0) {
    return undefined("nothing to divide by: the denominators sum to zero");
  }
  const double ratio = sum(numerators) / total;
  const double mean_denominator = total / static_cast<double>(n);
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double residual = (numerators[i] - ratio * denominators[i]) / mean_denominator;
    squares += residual * residual;
  }
  return with_interval(ratio, squares, n, confidence);
}

Estimate widened_to(Estimate estimate, double width) {
  if (estimate.ci && estimate.ci->width() < width) {
    const double centre = (estimate.ci->lo + estimate.ci->hi) / 2;
    estimate.ci = Interval{centre - width / 2, centre + width / 2};
  }
  return estimate;
}

double student_t_quantile(double p, double dof) {
  LOADSTONE_CHECK(p > 0 && p < 1 && dof > 0, std::to_string(p) + ", " + std::to_string(dof));
  using namespace boost::math::policies;
  using Policy = policy<promote_double<false>>;  // no long double anywhere
  const boost::math::students_t_distribution<double, Policy> distribution(dof);
  int exponent = 0;
  const double mantissa = std::frexp(boost::math::quantile(distribution, p), &exponent);
  constexpr int kBits = 44;
  return std::ldexp(std::nearbyint(std::ldexp(mantissa, kBits)), exponent - kBits);
}

}  // namespace loadstone
