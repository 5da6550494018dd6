// Faults and windows of the workload, compiled: who is hit, when, and what of it.
#include <algorithm>

#include "sim/model/model_builder.hpp"

namespace loadstone {

namespace {

// The first instant that is not in it any more.
SimTime end_of(Duration at, const std::optional<Duration>& lasts) {
  return lasts && lasts->ns < (kEndOfTime - (SimTime{} + at)).ns ? SimTime{} + at + *lasts : kEndOfTime;
}

bool knows(const ResourceKind& kind, FaultIs is) {
  return std::find(kind.hit_by.begin(), kind.hit_by.end(), is) != kind.hit_by.end();
}

std::vector<std::string> known_faults(const ResourceKind& kind) {
  if (kind.hit_by.empty()) {
    return {"a " + std::string(kind.name) + " has no faults of its own: the target is what it runs in, or connects to"};
  }
  std::string list;
  for (const FaultIs is : kind.hit_by) {
    list += (list.empty() ? "" : ", ") + std::string(to_string(is));
  }
  return {"it can be: " + list};
}

}  // namespace

OutagePlan& ModelBuilder::make_outage(const std::string& resource) {
  const auto [at, is_new] = outages_.emplace(resource, static_cast<OutageId>(model_.outages.size()));
  if (is_new) {
    model_.outages.push_back(std::make_unique<OutagePlan>());
    OutagePlan& made = *model_.outages.back();
    made.resource = resource;
    made.unavailable = error("unavailable");
    made.server_error = error("server_error");
    made.connection_lost = error("connection_lost");
  }
  return *model_.outages[at->second];
}

void ModelBuilder::add_span(const FaultSpec& fault, const ResourceSpec& hit) {
  if (!knows(*hit.kind, fault.is)) {
    diagnostics_.error(fault.is_place,
                       "fault: '" + hit.name + "' is a " + std::string(hit.kind->name) + ", which cannot be '" +
                           std::string(to_string(fault.is)) + "'",
                       known_faults(*hit.kind));
    return;
  }
  OutagePlan& outage = make_outage(hit.name);
  const SimTime from = SimTime{} + fault.at;
  const SimTime until = end_of(fault.at, fault.lasts);
  outage.spans.push_back(
      {fault.is, from, until, fault.amount, static_cast<std::size_t>(&fault - workload_.faults.data()), {}});
  if (fault.is == FaultIs::slow) {
    outage.pace.slow(from, until, fault.amount);
  }
}

void ModelBuilder::keeps_in(const ResourceSpec& spec, RowId row) {
  for (const std::string& service : spec.in) {
    if (auto* runner = resource_that_can<Runner>({service, spec.place_of("in")}, "run flows")) {
      keeps_at(runner->service().spec.name, row);
    }
  }
}

void ModelBuilder::takes_over_in(const ResourceSpec& spec, const Distribution& time) {
  if (OutagePlan* outage = outage_of(spec.name); outage != nullptr) {
    for (OutagePlan::Span& span : outage->spans) {
      if (span.is == FaultIs::failover && !workload_.faults[span.fault].lasts) {
        span.lasts = time;
      }
    }
  }
}

void ModelBuilder::declare_fault(const FaultSpec& fault) {
  const ResourceSpec* resource = topology_.find_resource(fault.target.name);
  std::vector<std::string_view> known;
  for (const HostSpec& host : topology_.hosts) {
    known.push_back(host.name);
  }
  const bool is_host = std::find(known.begin(), known.end(), fault.target.name) != known.end();
  if (resource != nullptr && is_host) {
    diagnostics_.error(fault.target.place,
                       "fault: '" + fault.target.name + "' is a resource and a host; which is meant?",
                       {"give one of them another name"});
    return;
  }
  if (resource != nullptr) {
    add_span(fault, *resource);
    return;
  }
  if (!is_host) {
    for (const ResourceSpec& declared : topology_.resources) {
      known.push_back(declared.name);
    }
    diagnostics_.error(fault.target.place, "fault: unknown resource or host '" + fault.target.name + "'",
                       choices(fault.target.name, known));
    return;
  }
  const auto runs_there = [&](const ResourceSpec& there) {
    return there.host && there.host->name == fault.target.name;
  };
  if (std::none_of(topology_.resources.begin(), topology_.resources.end(), runs_there)) {
    diagnostics_.error(fault.target.place, "fault: nothing runs on the host '" + fault.target.name + "'");
    return;
  }
  if (fault.is == FaultIs::slow) {  // its cores
    make_outage(fault.target.name).pace.slow(SimTime{} + fault.at, end_of(fault.at, fault.lasts), fault.amount);
    return;
  }
  for (const ResourceSpec& there : topology_.resources) {
    if (runs_there(there)) {
      add_span(fault, there);
    }
  }
}

void ModelBuilder::declare_faults() {
  for (const FaultSpec& fault : workload_.faults) {
    if (fault.target.is_set()) {
      declare_fault(fault);
    }
  }
}

// The rows and job classes whose speed is set from outside are known only when everything is built.
void ModelBuilder::finish_faults() {
  std::vector<SlowPart>& parts = model_.slow_parts;
  const auto slow_all = [&](RowId row, const Pace& pace) {
    for (std::uint32_t part = 0; part < model_.resources[row]->parts_with_speed(); ++part) {
      const auto at =
          std::find_if(parts.begin(), parts.end(), [&](const SlowPart& p) { return p.row == row && p.part == part; });
      if (at == parts.end()) {
        parts.push_back({row, part, {&pace}});
      } else {
        at->paces.push_back(&pace);
      }
    }
  };
  for (const auto& outage : model_.outages) {
    const auto built = built_.find(outage->resource);
    outage->holders_die = built == built_.end() || dynamic_cast<ConnectionServer*>(built->second.get()) == nullptr;
    for (const OutagePlan::Span& span : outage->spans) {
      const FaultSpec& fault = workload_.faults[span.fault];
      if (span.is == FaultIs::failover && !fault.lasts && !span.lasts) {
        diagnostics_.error(fault.place, "fault: how long a failover of '" + outage->resource + "' takes is not known",
                           {"give the fault a 'for', a postgres its 'failover', a redis 'mode: sentinel'"});
      }
    }
    if (outage->pace.is_even()) {
      continue;
    }
    if (const auto host = hosts_.find(outage->resource);
        host != hosts_.end() && topology_.find_resource(outage->resource) == nullptr) {
      slow_all(host->second.cpu, outage->pace);
    }
    for (const RowId row : outage->rows) {
      slow_all(row, outage->pace);
    }
  }
  for (const FaultSpec& fault : workload_.faults) {
    model_.faults.push_back({fault.target.name, fault.is, SimTime{} + fault.at, end_of(fault.at, fault.lasts)});
    if (diagnostics_.ok() && fault.at >= model_.end) {
      diagnostics_.warning(fault.place, "the fault of '" + fault.target.name + "' at " + format_duration(fault.at.ns) +
                                            " is not before the end of the run at " + format_duration(model_.end.ns));
    }
  }
}

void ModelBuilder::declare_windows() {
  for (const WindowSpec& window : workload_.windows) {
    if (window.during) {
      std::vector<std::string_view> known;
      for (const ScheduleSpec& schedule : topology_.schedules) {
        known.push_back(schedule.name);
      }
      if (std::find(known.begin(), known.end(), window.during->name) == known.end()) {
        diagnostics_.error(window.during->place,
                           "window '" + window.name + "': the topology has no schedule '" + window.during->name + "'",
                           choices(window.during->name, known));
      }
      model_.windows.push_back({window.name, {}, {}, window.during->name});
      continue;
    }
    const Duration at = window.at.value_or(Duration{});
    model_.windows.push_back({window.name, SimTime{} + at, end_of(at, window.lasts), {}});
    if (diagnostics_.ok() && at >= model_.end) {
      diagnostics_.warning(window.place, "window '" + window.name + "' opens at " + format_duration(at.ns) +
                                             ", not before the end of the run at " + format_duration(model_.end.ns));
    }
  }
}

}  // namespace loadstone
