#include "sim/theory/processor_sharing.hpp"

#include <limits>

namespace loadstone {

double Mg1Ps::mean_response_of(double size) const {
  const double idle = 1 - utilization();
  return idle > 0 ? size / idle : std::numeric_limits<double>::infinity();
}

double Mg1Ps::mean_in_system() const {
  return utilization() * slowdown();
}

double Mm1Ps::response_variance() const {
  const double rho = utilization();
  const double mean = mean_response();
  return rho < 1 ? mean * mean * (2 + rho) / (2 - rho) : std::numeric_limits<double>::infinity();
}

}  // namespace loadstone
