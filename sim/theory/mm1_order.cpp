#include "sim/theory/mm1_order.hpp"

#include <limits>

#include "sim/theory/mm1.hpp"

namespace loadstone {

double Mm1Order::mean_wait() const {
  return Mm1{arrival_rate, service_rate}.mean_wait();
}

double Mm1Order::wait_second_moment() const {
  const double rho = arrival_rate / service_rate;
  const double spare = service_rate - arrival_rate;
  if (spare <= 0) {
    return std::numeric_limits<double>::infinity();
  }
  const double first_come = 2 * rho / (spare * spare);
  switch (order) {
    case ServiceOrder::first_come:
      return first_come;
    case ServiceOrder::last_come:
      return first_come / (1 - rho);
    case ServiceOrder::random:
      return first_come / (1 - rho / 2);
  }
  return first_come;
}

double Mm1Order::wait_variance() const {
  const double mean = mean_wait();
  return arrival_rate < service_rate ? wait_second_moment() - mean * mean : mean;
}

}  // namespace loadstone
