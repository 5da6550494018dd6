#include "sim/theory/bounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace loadstone {

namespace {

double total_demand(std::span<const BoundStation> stations) {
  double total = 0;
  for (const BoundStation& station : stations) {
    total += station.demand;
  }
  return total;
}

}  // namespace

ThroughputBound open_throughput_bound(std::span<const BoundStation> stations) {
  ThroughputBound bound = {std::numeric_limits<double>::infinity(), -1};
  for (std::size_t i = 0; i < stations.size(); ++i) {
    const BoundStation& station = stations[i];
    if (station.demand > 0 && station.servers / station.demand < bound.per_second) {
      bound = {station.servers / station.demand, static_cast<int>(i)};
    }
  }
  return bound;
}

ThroughputBound closed_throughput_bound(std::span<const BoundStation> stations, double users, double think_time) {
  const ThroughputBound open = open_throughput_bound(stations);
  const double cycle = total_demand(stations) + think_time;
  const double by_users = cycle > 0 ? users / cycle : std::numeric_limits<double>::infinity();
  return by_users < open.per_second ? ThroughputBound{by_users, -1} : open;
}

double closed_response_bound(std::span<const BoundStation> stations, double users, double think_time) {
  return std::max(total_demand(stations), users / open_throughput_bound(stations).per_second - think_time);
}

double closed_knee(std::span<const BoundStation> stations, double think_time) {
  const double open = open_throughput_bound(stations).per_second;
  return std::isfinite(open) ? (total_demand(stations) + think_time) * open : open;
}

}  // namespace loadstone
