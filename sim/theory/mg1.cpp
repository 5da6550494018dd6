#include "sim/theory/mg1.hpp"

#include <limits>

namespace loadstone {

double Mg1::mean_wait() const {
  const double idle = 1 - utilization();
  return idle > 0 ? arrival_rate * service.second / (2 * idle) : std::numeric_limits<double>::infinity();
}

double Mg1::wait_second_moment() const {
  const double idle = 1 - utilization();
  const double mean = mean_wait();
  return idle > 0 ? 2 * mean * mean + arrival_rate * service.third / (3 * idle)
                  : std::numeric_limits<double>::infinity();
}

double Mg1::wait_variance() const {
  const double mean = mean_wait();
  return utilization() < 1 ? mean * mean + arrival_rate * service.third / (3 * (1 - utilization()))
                           : std::numeric_limits<double>::infinity();
}

}  // namespace loadstone
