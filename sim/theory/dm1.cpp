#include "sim/theory/dm1.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/check.hpp"

namespace loadstone {

double Dm1::sigma() const {
  if (arrival_rate <= 0) {
    return 0;
  }
  const double ratio = service_rate / arrival_rate;
  if (ratio <= 1) {
    return 1;
  }
  // f(s) = s - exp(-ratio (1 - s)) is concave with f(0) < 0, its other root is 1, and its maximum lies where
  // exp(-ratio (1 - s)) = 1 / ratio: the wanted root is between 0 and there.
  double lo = 0;
  double hi = 1 - std::log(ratio) / ratio;
  for (double middle = hi / 2; lo < middle && middle < hi; middle = lo + (hi - lo) / 2) {
    (middle < std::exp(-ratio * (1 - middle)) ? lo : hi) = middle;
  }
  return hi;
}

double Dm1::mean_wait() const {
  const double s = sigma();
  return s < 1 ? s / (service_rate * (1 - s)) : std::numeric_limits<double>::infinity();
}

double Dm1::wait_quantile(double p) const {
  LOADSTONE_CHECK(p >= 0 && p < 1, std::to_string(p));
  const double s = sigma();
  return s < 1 ? std::log(std::max(1.0, s / (1 - p))) / (service_rate * (1 - s))
               : std::numeric_limits<double>::infinity();
}

}  // namespace loadstone
