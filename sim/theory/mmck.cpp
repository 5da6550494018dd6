#include "sim/theory/mmck.hpp"

#include <algorithm>

#include "sim/base/check.hpp"
#include "sim/theory/birth_death.hpp"

namespace loadstone {

std::vector<double> Mmck::stationary() const {
  LOADSTONE_CHECK(servers >= 1 && capacity >= servers, std::to_string(capacity));
  std::vector<double> births;
  std::vector<double> deaths;
  for (int n = 1; n <= capacity; ++n) {
    births.push_back(arrival_rate);
    deaths.push_back(std::min(n, servers) * service_rate);
  }
  return birth_death_stationary(births, deaths);
}

double Mmck::blocking() const {
  return stationary().back();
}

double Mmck::throughput() const {
  return arrival_rate * (1 - blocking());
}

double Mmck::utilization() const {
  return throughput() / service_rate / servers;
}

double Mmck::mean_in_system() const {
  const std::vector<double> p = stationary();
  double mean = 0;
  for (std::size_t n = 0; n < p.size(); ++n) {
    mean += static_cast<double>(n) * p[n];
  }
  return mean;
}

double Mmck::mean_in_queue() const {
  const std::vector<double> p = stationary();
  double mean = 0;
  for (std::size_t n = servers; n < p.size(); ++n) {
    mean += static_cast<double>(n - servers) * p[n];
  }
  return mean;
}

double Mmck::mean_wait() const {
  return arrival_rate > 0 ? mean_in_queue() / throughput() : 0;
}

double Mmck::mean_response() const {
  return mean_wait() + 1 / service_rate;
}

}  // namespace loadstone
