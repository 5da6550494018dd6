#include "sim/theory/machine_repair.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/check.hpp"
#include "sim/theory/birth_death.hpp"

namespace loadstone {

std::vector<double> MachineRepair::stationary() const {
  LOADSTONE_CHECK(users >= 1 && servers >= 1 && think_time > 0, std::to_string(users));
  std::vector<double> births;
  std::vector<double> deaths;
  for (int n = 0; n < users; ++n) {
    births.push_back((users - n) / think_time);
    deaths.push_back(std::min(n + 1, servers) * service_rate);
  }
  return birth_death_stationary(births, deaths);
}

double MachineRepair::mean_in_system() const {
  const std::vector<double> p = stationary();
  double mean = 0;
  for (std::size_t n = 0; n < p.size(); ++n) {
    mean += static_cast<double>(n) * p[n];
  }
  return mean;
}

double MachineRepair::throughput() const {
  const std::vector<double> p = stationary();
  double busy = 0;
  for (std::size_t n = 0; n < p.size(); ++n) {
    busy += std::min(static_cast<double>(n), static_cast<double>(servers)) * p[n];
  }
  return busy * service_rate;
}

double MachineRepair::utilization() const {
  return throughput() / service_rate / servers;
}

double MachineRepair::mean_response() const {
  return mean_in_system() / throughput();
}

double MachineRepair::wait_at_most(double t) const {
  if (users == 1) {
    return 1;
  }
  MachineRepair others = *this;
  --others.users;
  const std::vector<double> found = others.stationary();
  const double mean = servers * service_rate * t;
  double term = std::exp(-mean);  // P(Poisson = n - c)
  double ends_in_time = term;     // P(Poisson <= n - c)
  double waits_longer = 0;
  for (int n = servers; n < users; ++n) {
    waits_longer += found[static_cast<std::size_t>(n)] * ends_in_time;
    term *= mean / (n - servers + 1);
    ends_in_time += term;
  }
  return 1 - waits_longer;
}

double MachineRepair::wait_quantile(double p) const {
  LOADSTONE_CHECK(p >= 0 && p < 1, std::to_string(p));
  double low = 0;
  double high = 1 / service_rate;
  while (wait_at_most(high) < p) {
    high *= 2;
  }
  for (int i = 0; i < 200 && low < high; ++i) {
    const double middle = (low + high) / 2;
    (wait_at_most(middle) < p ? low : high) = middle;
  }
  return wait_at_most(0) >= p ? 0 : high;
}

}  // namespace loadstone
