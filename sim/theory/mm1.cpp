#include "sim/theory/mm1.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/check.hpp"
#include "sim/base/infinity.hpp"

namespace loadstone {

namespace {

// `finite` / (mu - lambda)^power, or infinity without spare capacity.
double over_spare_rate(const Mm1& queue, double finite, int power = 1) {
  const double spare = queue.service_rate - queue.arrival_rate;
  return spare > 0 ? finite / std::pow(spare, power) : kInfinity;
}

}  // namespace

double Mm1::mean_wait() const {
  return over_spare_rate(*this, utilization());
}

double Mm1::wait_variance() const {
  return over_spare_rate(*this, utilization() * (2 - utilization()), 2);
}

double Mm1::wait_quantile(double p) const {
  LOADSTONE_CHECK(p >= 0 && p < 1, std::to_string(p));
  return over_spare_rate(*this, std::log(std::max(1.0, utilization() / (1 - p))));
}

double Mm1::mean_response() const {
  return over_spare_rate(*this, 1);
}

double Mm1::response_variance() const {
  return over_spare_rate(*this, 1, 2);
}

double Mm1::response_quantile(double p) const {
  LOADSTONE_CHECK(p >= 0 && p < 1, std::to_string(p));
  return over_spare_rate(*this, -std::log1p(-p));
}

double Mm1::mean_in_system() const {
  return over_spare_rate(*this, arrival_rate);
}

double Mm1::mean_in_queue() const {
  return over_spare_rate(*this, arrival_rate * utilization());
}

}  // namespace loadstone
