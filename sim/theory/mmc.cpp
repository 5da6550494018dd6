#include "sim/theory/mmc.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/check.hpp"
#include "sim/base/infinity.hpp"

namespace loadstone {

namespace {

double spare_rate(const Mmc& queue) {
  return queue.servers * queue.service_rate - queue.arrival_rate;
}

}  // namespace

double erlang_b(int servers, double offered_load) {
  LOADSTONE_CHECK(servers >= 0 && offered_load >= 0, std::to_string(servers));
  double blocking = 1;
  for (int c = 1; c <= servers; ++c) {
    blocking = offered_load * blocking / (c + offered_load * blocking);
  }
  return blocking;
}

double erlang_c(int servers, double offered_load) {
  LOADSTONE_CHECK(servers >= 1, std::to_string(servers));
  if (offered_load >= servers) {
    return 1;
  }
  const double blocking = erlang_b(servers, offered_load);
  return blocking / (1 - offered_load / servers * (1 - blocking));
}

double Mmc::mean_wait() const {
  const double spare = spare_rate(*this);
  return spare > 0 ? wait_probability() / spare : kInfinity;
}

double Mmc::wait_variance() const {
  const double spare = spare_rate(*this);
  const double c = wait_probability();
  return spare > 0 ? c * (2 - c) / (spare * spare) : kInfinity;
}

double Mmc::wait_quantile(double p) const {
  LOADSTONE_CHECK(p >= 0 && p < 1, std::to_string(p));
  const double spare = spare_rate(*this);
  return spare > 0 ? std::log(std::max(1.0, wait_probability() / (1 - p))) / spare : kInfinity;
}

double Mmc::mean_in_queue() const {
  return arrival_rate > 0 ? arrival_rate * mean_wait() : 0;
}

}  // namespace loadstone
