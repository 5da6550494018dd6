#include "sim/random/special.hpp"

#include <cmath>
#include <limits>

#include "sim/random/math.hpp"

namespace loadstone::math {
namespace {

constexpr double kHalfLogTwoPi = 0.918938533204672741780329736406;
constexpr double kStirlingFrom = 12.0;
constexpr double kPrecision = 1e-17;
constexpr int kMaxTerms = 1'000'000;

// log Gamma(x + 1) minus its leading part (x log x - x + log(2 pi x) / 2). REQUIRES: x >= kStirlingFrom.
double stirling_rest(double x) {
  const double y = 1.0 / (x * x);
  return (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y * (1.0 / 1680 - y * (1.0 / 1188 - y * (691.0 / 360360)))))) /
         x;
}

// x^shape e^-x / Gamma(shape + 1).
double gamma_front(double shape, double x) {
  if (shape < kStirlingFrom) {
    return exp(shape * log(x) - x - log_gamma(shape + 1.0));
  }
  // Around the mean the big terms cancel; written in the distance from it they never arise.
  const double distance = (x - shape) / shape;
  const double exponent = shape * (distance - log1p(distance));
  return exp(-exponent - stirling_rest(shape)) / std::sqrt(2.0 * 3.14159265358979323846 * shape);
}

// P(X <= x), by x^a e^-x / Gamma(a+1) * (1 + x/(a+1) + x^2/((a+1)(a+2)) + ...).
double lower_series(double shape, double x) {
  double term = 1.0;
  double sum = 1.0;
  for (int n = 1; n < kMaxTerms && term > kPrecision * sum; ++n) {
    term *= x / (shape + n);
    sum += term;
  }
  return gamma_front(shape, x) * sum;
}

// P(X > x), by the even part of Legendre's continued fraction, from the front (modified Lentz).
double upper_fraction(double shape, double x) {
  double b = x + 1.0 - shape;
  double c = 1e300;
  double d = 1.0 / b;
  double value = d;
  for (int n = 1; n < kMaxTerms; ++n) {
    const double a = -static_cast<double>(n) * (n - shape);
    b += 2.0;
    d = 1.0 / (a * d + b);
    c = b + a / c;
    const double factor = c * d;
    value *= factor;
    if (factor > 1.0 - 3e-16 && factor < 1.0 + 3e-16) {
      break;
    }
  }
  return gamma_front(shape, x) * shape * value;
}

}  // namespace

double log_gamma(double x) {
  double product = 1.0;
  while (x < kStirlingFrom) {
    product *= x;
    x += 1.0;
  }
  return ((x - 0.5) * log(x) - x + kHalfLogTwoPi + stirling_rest(x)) - log(product);
}

Tails gamma_tails(double shape, double x) {
  if (!(x > 0.0)) {
    return {0.0, 1.0};
  }
  if (x == std::numeric_limits<double>::infinity()) {
    return {1.0, 0.0};
  }
  if (x < shape + 1.0) {
    const double below = std::fmin(lower_series(shape, x), 1.0);
    return {below, 1.0 - below};
  }
  const double above = std::fmin(upper_fraction(shape, x), 1.0);
  return {1.0 - above, above};
}

Tails normal_tails(double z) {
  const Tails square = gamma_tails(0.5, 0.5 * z * z);
  const double outer = 0.5 * square.above;
  return z < 0.0 ? Tails{outer, 1.0 - outer} : Tails{1.0 - outer, outer};
}

}  // namespace loadstone::math
