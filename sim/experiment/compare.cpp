#include "sim/experiment/compare.hpp"

#include <cmath>

#include "sim/stats/variance.hpp"

namespace loadstone {

std::vector<Difference> differences(const std::vector<SaturateReport>& reports) {
  std::vector<Difference> all;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    for (std::size_t k = i + 1; k < reports.size(); ++k) {
      const Saturated& a = reports[i].result.order.front();
      const Saturated& b = reports[k].result.order.front();
      if (a.by_replication.empty() || a.by_replication.size() != b.by_replication.size()) {
        continue;
      }
      const bool first_is_more = a.at.value >= b.at.value;
      std::vector<double> by_replication;
      for (std::size_t r = 0; r < a.by_replication.size(); ++r) {
        const double difference = a.by_replication[r] - b.by_replication[r];
        by_replication.push_back(first_is_more ? difference : -difference);
      }
      Difference& d = all.emplace_back();
      d.more = reports[first_is_more ? i : k].identity.topology;
      d.less = reports[first_is_more ? k : i].identity.topology;
      d.at = estimate_mean(by_replication);
      d.is_clear = d.at.ci && d.at.ci->lo > 0;
      const double together = variance(by_replication);
      d.variance_gain = together > 0 ? (variance(a.by_replication) + variance(b.by_replication)) / together : NAN;
    }
  }
  return all;
}

namespace {

// The row that counts the instances of a resource whose number changes; nullptr if it does not.
const ResourcePlan* instances_of(const Model& model, const std::string& resource) {
  for (const auto& plan : model.resources) {
    if (plan->instances && plan->instances->of == resource) {
      return plan.get();
    }
  }
  return nullptr;
}

}  // namespace

Cost fixed_cost(const Topology& topology, const Model& model) {
  Cost cost;
  for (const HostSpec& host : topology.hosts) {
    cost.fixed_usd_month += host.price.usd_per_month * static_cast<double>(host.count);
  }
  for (const ResourceSpec& resource : topology.resources) {
    const ResourcePlan* scaled = instances_of(model, resource.name);
    const std::int64_t instances = scaled != nullptr ? scaled->instances->fewest : resource.instances.value_or(1);
    cost.fixed_usd_month += resource.price.usd_per_month * static_cast<double>(instances);
  }
  return cost;
}

double variable_usd_month(const Topology& topology, const Model& model, const RunSummary& summary) {
  double usd_month = 0;
  for (const ResourceSpec& resource : topology.resources) {
    if (const ResourcePlan* scaled = instances_of(model, resource.name)) {
      const double instances = summary.resources[scaled->row].in_use.value;
      usd_month += resource.price.usd_per_month * (instances - static_cast<double>(scaled->instances->fewest));
    }
  }
  return usd_month;
}

double total_cores(const Topology& topology) {
  double cores = 0;
  for (const HostSpec& host : topology.hosts) {
    cores += host.cores.count * static_cast<double>(host.count);
  }
  return cores;
}

}  // namespace loadstone
