#include "sim/theory/fork_join.hpp"

#include "sim/theory/mm1.hpp"

namespace loadstone {

double fork_join_mean_response(double arrival_rate, double service_rate) {
  const Mm1 one = {arrival_rate, service_rate};
  return (12 - one.utilization()) / 8 * one.mean_response();
}

}  // namespace loadstone
