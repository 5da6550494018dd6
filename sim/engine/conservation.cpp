// The laws that every run obeys exactly, in integers, in Release builds too.
#include "sim/base/check.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/engine/simulation.hpp"

namespace loadstone {

namespace {

void check_flow(const std::string& name, const FlowCounts& counts, std::uint64_t in_flight) {
  LOADSTONE_CHECK(counts.offered == counts.completed + counts.failed + counts.dropped + in_flight,
                  "flow '" + name + "': offered " + std::to_string(counts.offered) + " = completed " +
                      std::to_string(counts.completed) + " + failed " + std::to_string(counts.failed) + " + dropped " +
                      std::to_string(counts.dropped) + " + in flight " + std::to_string(in_flight));
}

}  // namespace

// Per flow: offered = completed + failed + dropped + in flight. Per resource: the integral of the number in line is
// the sum of the times spent there, and the same for the units in use. The levels and the individual times are kept
// by different code, so that a lost or doubled transition shows.
void Simulation::check_conservation() const {
  struct Inside {
    std::uint64_t all = 0;
    std::uint64_t sampled = 0;
  };
  std::vector<Inside> flows(flows_.size());
  std::vector<Int128> waiting(resources_.size(), 0);
  std::vector<Int128> holding(resources_.size(), 0);
  for (const Request* r = first_; r != nullptr; r = r->next_in_flight) {
    if (r->counted) {
      ++flows[r->flow].all;
      flows[r->flow].sampled += r->sampled ? 1 : 0;
    }
    for (const Frame& frame : r->frames) {
      if (const auto flow = called_flow(*frame.op)) {
        ++flows[*flow].all;
        flows[*flow].sampled += is_sampled(SimTime{frame.b}) ? 1 : 0;
      }
    }
    if (r->wait.at != nullptr) {
      waiting[r->wait.at->row()] += (now() - r->wait.since).ns;
    }
    if (r->served_by != nullptr) {
      holding[r->served_by->row()] += (now() - r->served_since).ns;
    }
    for (const Hold& hold : r->holds) {
      holding[hold.row] += static_cast<Int128>((now() - hold.since).ns) * hold.amount;
    }
  }
  for (const auto& resource : resources_) {
    resource->for_each_owned_hold(
        [&](const Hold& hold) { holding[hold.row] += static_cast<Int128>((now() - hold.since).ns) * hold.amount; });
    resource->for_each_waiting_message([&](SimTime since) { waiting[resource->row()] += (now() - since).ns; });
  }
  for (std::size_t i = 0; i < flows_.size(); ++i) {
    check_flow(model_.flows[i].name, flows_[i].run, flows[i].all);
    check_flow(model_.flows[i].name, flows_[i].sample, flows[i].sampled);
  }
  for (std::size_t row = 0; row < resources_.size(); ++row) {
    const Totals totals = resources_[row]->totals(now());
    const Int128 waits = meters_[row].wait_sum + waiting[row];
    if (!resources_[row]->is_held()) {
      continue;
    }
    LOADSTONE_CHECK(totals.waiting_area == waits, "Little's law in the line of '" + model_.resources[row]->name +
                                                      "': integral " + to_string(totals.waiting_area) +
                                                      " ns, sum of waits " + to_string(waits) + " ns");
    const Int128 holds = meters_[row].hold_sum + holding[row];
    LOADSTONE_CHECK(totals.in_use_area == holds, "Little's law in '" + model_.resources[row]->name + "': integral " +
                                                     to_string(totals.in_use_area) + " ns, sum of holds " +
                                                     to_string(holds) + " ns");
  }
}

}  // namespace loadstone
