#include "sim/theory/service_moments.hpp"

#include <cmath>

#include "sim/base/check.hpp"

namespace loadstone {

ServiceMoments deterministic_moments(double value) {
  return {value, value * value, value * value * value};
}

ServiceMoments exponential_moments(double mean) {
  return {mean, 2 * mean * mean, 6 * mean * mean * mean};
}

ServiceMoments uniform_moments(double lo, double hi) {
  LOADSTONE_CHECK(lo <= hi, std::to_string(lo) + " > " + std::to_string(hi));
  return {(lo + hi) / 2, (lo * lo + lo * hi + hi * hi) / 3, (lo + hi) * (lo * lo + hi * hi) / 4};
}

ServiceMoments gamma_moments(double mean, double cv) {
  const double c = cv * cv;
  return {mean, mean * mean * (1 + c), mean * mean * mean * (1 + c) * (1 + 2 * c)};
}

ServiceMoments lognormal_moments(double mean, double cv) {
  const double spread = 1 + cv * cv;
  return {mean, mean * mean * spread, mean * mean * mean * spread * spread * spread};
}

ServiceMoments bounded_pareto_moments(double alpha, double lo, double hi) {
  LOADSTONE_CHECK(alpha > 0 && 0 < lo && lo < hi, std::to_string(alpha));
  const double log_ratio = std::log(hi / lo);
  const double mass = -std::expm1(-alpha * log_ratio);
  // E[S^k] = alpha / mass * lo^k * integral over u in [0, log_ratio] of exp((k - alpha) u), with u = log(x / lo).
  const auto moment = [&](int k) {
    const double rate = k - alpha;
    const double integral = rate == 0 ? log_ratio : std::expm1(rate * log_ratio) / rate;
    return alpha / mass * std::pow(lo, k) * integral;
  };
  return {moment(1), moment(2), moment(3)};
}

}  // namespace loadstone
