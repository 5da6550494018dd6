#include "sim/engine/outages.hpp"

#include <algorithm>
#include <set>

#include "sim/engine/deaths.hpp"
#include "sim/engine/simulation.hpp"

namespace loadstone {

Progress op_reach(Simulation& simulation, Request& request, const Op& op) {
  return simulation.outages().reach(request, op);
}

Outages::Outages(Simulation& simulation) : simulation_(simulation) {
  const Model& model = simulation.model();
  for (const FaultPlan& fault : model.faults) {
    ends_.push_back(fault.until);
  }
  for (const auto& plan : model.outages) {
    Outage& outage = outages_.emplace_back();
    outage.spans = plan->spans;
    for (OutagePlan::Span& span : outage.spans) {
      if (span.lasts) {
        const Draw draw = draw_of(simulation.key_of("failover " + plan->resource), mix(span.fault), 0);
        span.until =
            span.from + whole_ns(simulation.settings().expected_values ? span.lasts->mean() : span.lasts->sample(draw));
        ends_[span.fault] = span.until;
      }
    }
  }
}

// --- who comes ----------------------------------------------------------------------------------------------------

Progress Outages::reach(Request& request, const Op& op) {
  const OutagePlan& plan = *simulation_.model().outages[op.target];
  const Outage& outage = outages_[op.target];
  const SimTime now = simulation_.now();
  if (outage.has_died && has_lost(plan, request)) {
    request.error = plan.connection_lost;
    return Progress::next;
  }
  for (std::size_t i = 0; i < outage.spans.size(); ++i) {
    const OutagePlan::Span& span = outage.spans[i];
    if (now < span.from || now >= span.until) {
      continue;
    }
    if (span.is == FaultIs::down || kills(span.is)) {
      request.error = plan.unavailable;
      return Progress::next;
    }
    if (span.is == FaultIs::errors) {
      const Draw draw = draw_of(request.draws, op.site, static_cast<std::uint32_t>(i));
      if (!simulation_.settings().expected_values && uniform(draw) < span.amount) {
        request.error = plan.server_error;
        return Progress::next;
      }
    }
    if (span.is == FaultIs::partition) {  // asks again when it is over
      request.pc = &op;
      simulation_.doing(request, Doing::waiting, plan.rows.front());
      simulation_.wake_at(request, span.until, Phase::wake);
      return Progress::waits;
    }
  }
  return Progress::next;
}

bool Outages::has_lost(const OutagePlan& plan, const Request& request) const {
  for (const Request* r = &request; r != nullptr; r = r->parent) {
    for (const Hold& hold : r->holds) {
      const bool is_keeper = std::find(plan.keepers.begin(), plan.keepers.end(), hold.row) != plan.keepers.end();
      if (is_keeper && hold.at->is_lost(hold)) {
        return true;
      }
    }
  }
  return false;
}

// --- who is there -------------------------------------------------------------------------------------------------

namespace {

// Whether the operation under way is done there.
bool is_inside(const Model& model, const OutagePlan& plan, const Request& request) {
  const auto at = static_cast<std::uint32_t>(request.pc - model.program.data()) - 1;
  const auto next = std::upper_bound(plan.inside.begin(), plan.inside.end(), std::pair{at, UINT32_MAX});
  return next != plan.inside.begin() && at <= std::prev(next)->second;
}

}  // namespace

void Outages::on_death(void* self, std::uint64_t outage) {
  static_cast<Outages*>(self)->die(static_cast<OutageId>(outage));
}

void Outages::die(OutageId id) {
  const Model& model = simulation_.model();
  const OutagePlan& plan = *model.outages[id];
  outages_[id].has_died = true;
  loadstone::die(simulation_, {.error = plan.connection_lost,
                               .is_inside = [&](const Request& r) { return is_inside(model, plan, r); },
                               .is_unit =
                                   [&](const Hold& hold) {
                                     return plan.holders_die &&
                                            std::find(plan.rows.begin(), plan.rows.end(), hold.row) != plan.rows.end();
                                   }});
  const SimTime now = simulation_.now();
  const bool forgets = std::any_of(outages_[id].spans.begin(), outages_[id].spans.end(),
                                   [&](const auto& span) { return span.is == FaultIs::killed && span.from == now; });
  for (const RowId row : plan.keepers) {
    simulation_.resources()[row]->lose_server(forgets);
  }
}

// --- when ---------------------------------------------------------------------------------------------------------

void Outages::start() {
  Kernel& kernel = simulation_.kernel();
  for (OutageId id = 0; id < outages_.size(); ++id) {
    for (const OutagePlan::Span& span : outages_[id].spans) {
      if (kills(span.is)) {
        kernel.schedule(span.from, Phase::expire, {&Outages::on_death, this, id});
      }
    }
  }
  const std::vector<SlowPart>& parts = simulation_.model().slow_parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::set<SimTime> changes;
    for (const Pace* pace : parts[i].paces) {
      const std::vector<SimTime> of_it = pace->changes();
      changes.insert(of_it.begin(), of_it.end());
    }
    for (const SimTime at : changes) {
      kernel.schedule(at, Phase::expire,
                      {[](void* self, std::uint64_t number) {
                         Outages& outages = *static_cast<Outages*>(self);
                         outages.change_speed(outages.simulation_.model().slow_parts[number]);
                       },
                       this, i});
    }
  }
}

void Outages::change_speed(const SlowPart& part) {
  double factor = 1;
  for (const Pace* pace : part.paces) {
    factor *= pace->factor_at(simulation_.now());
  }
  simulation_.resources()[part.row]->set_slowness(part.part, factor);
}

}  // namespace loadstone
