#include "sim/experiment/compare.hpp"

namespace loadstone {

Cost fixed_cost(const Topology& topology) {
  Cost cost;
  for (const HostSpec& host : topology.hosts) {
    cost.fixed_usd_month += host.price.usd_per_month * static_cast<double>(host.count);
  }
  for (const ResourceSpec& resource : topology.resources) {
    cost.fixed_usd_month += resource.price.usd_per_month * static_cast<double>(resource.instances.value_or(1));
  }
  return cost;
}

double total_cores(const Topology& topology) {
  double cores = 0;
  for (const HostSpec& host : topology.hosts) {
    cores += host.cores.count * static_cast<double>(host.count);
  }
  return cores;
}

}  // namespace loadstone
