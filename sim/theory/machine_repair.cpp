#include "sim/theory/machine_repair.hpp"

#include <algorithm>

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

}  // namespace loadstone
