// A station: servers with a line in front, the textbook's queue.
#include "sim/primitive/station.hpp"

#include "sim/primitive/batch_station.hpp"
#include "sim/primitive/preemptive_station.hpp"
#include "sim/primitive/rated_station.hpp"
#include "sim/primitive/sharing_station.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/slots_steps.hpp"
#include "sim/resource/station_spec.hpp"

namespace loadstone {

namespace {

struct VisitPlan {
  ResourceIndex station = 0;
  Drawn service;
  std::optional<Drawn> priority;
  std::optional<Drawn> patience;
  Key patience_site = 0;
  std::optional<Drawn> setup;
  Key setup_site = 0;
};

template <class S>
Progress visit(S& station, Simulation& simulation, Request& request, const VisitPlan& plan, Duration work,
               double rank) {
  if (!plan.patience) {
    return station.visit(request, work, rank);
  }
  return station.visit(request, work, rank, plan.patience->duration(simulation, request, plan.patience_site));
}

template <class S>
Progress op_visit(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const VisitPlan*>(op.plan);
  const Duration work = plan.service.duration(simulation, request, op.site);
  const double rank = plan.priority ? plan.priority->value(simulation, request, mix(op.site)) : 0;
  return visit(simulation.resource<S>(plan.station), simulation, request, plan, work, rank);
}

Progress op_visit_with_setup(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const VisitPlan*>(op.plan);
  auto& station = simulation.resource<Station>(plan.station);
  Duration work = plan.service.duration(simulation, request, op.site);
  if (station.has_idle_server(request)) {
    work = work + plan.setup->duration(simulation, request, plan.setup_site);
  }
  const double rank = plan.priority ? plan.priority->value(simulation, request, mix(op.site)) : 0;
  return visit(station, simulation, request, plan, work, rank);
}

Progress op_visit_shared(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const VisitPlan*>(op.plan);
  const Duration work = plan.service.duration(simulation, request, op.site);
  return simulation.resource<SharingStation>(plan.station).visit(request, work);
}

class BuiltStation final : public BuiltResource, public Visitable, public Holdable {
 public:
  using Visit = Progress (*)(Simulation&, Request&, const Op&);

  // `let_in`: the slots of those who may share the servers, if their number is limited.
  BuiltStation(const ResourceSpec& resource_spec, ResourceIndex row, Visit visit,
               std::optional<ResourceIndex> let_in = {})
      : BuiltResource(resource_spec), row_(row), visit_(visit), let_in_(let_in) {}

  void lower_visit(Lowerer& lowerer, const std::optional<TimeLaw>& service,
                   const std::optional<CountLaw>& priority) override {
    const auto& own = spec.as<StationSpec>();
    const std::optional<TimeLaw>& time = service ? service : own.service;
    const std::optional<CountLaw>& rank = priority ? priority : own.priority;
    if (!time) {
      lowerer.error("station '" + spec.name + "' has no service time", {"give it, or the visit, a 'service'"});
      return;
    }
    const Lowerer::At at(lowerer, spec, "visit");
    VisitPlan plan{row_, lowerer.drawn(*time), {}, {}, lowerer.site("patience"), {}, lowerer.site("setup")};
    if (rank) {
      plan.priority = lowerer.drawn(*rank);
    }
    if (own.patience) {
      plan.patience = lowerer.drawn(*own.patience);
    }
    if (own.setup) {
      plan.setup = lowerer.drawn(*own.setup);
    }
    if (let_in_) {
      emit_acquire(lowerer, *let_in_, 1, {}, own.patience);
    }
    lowerer.emit({.execute = visit_, .plan = lowerer.builder().keep(plan)}, "service");
    if (let_in_) {
      emit_release(lowerer, *let_in_);
    }
  }
  void lower_acquire(Lowerer& lowerer, std::int64_t amount, const std::optional<CountLaw>& priority, bool) override {
    const auto& own = spec.as<StationSpec>();
    if (!own.can_be_held()) {
      lowerer.error(
          "a station that shares its servers, serves in batches, is preemptive or has a 'rate' cannot be held");
      return;
    }
    const Lowerer::At at(lowerer, spec, "hold");
    emit_acquire(lowerer, row_, amount, priority ? priority : own.priority, own.patience);
  }
  void lower_release(Lowerer& lowerer, bool) override { emit_release(lowerer, row_); }

 private:
  ResourceIndex row_;
  Visit visit_;
  std::optional<ResourceIndex> let_in_;
};

void set_line(SlotsPlan& plan, const StationSpec& station, const ResourceSpec& spec, ModelBuilder& builder) {
  plan.capacity = static_cast<double>(station.servers);
  plan.discipline = station.discipline;
  plan.queue_limit = station.queue_limit;
  plan.refused = builder.error("queue_full");
  plan.timed_out = builder.error("patience");
  plan.member_attributes = builder.member_attributes(spec);
}

std::unique_ptr<BuiltResource> build_shared(const ResourceSpec& spec, const StationSpec& station,
                                            ModelBuilder& builder) {
  auto& plan = builder.add(std::make_unique<SharingStationPlan>(), spec);
  plan.capacity = static_cast<double>(station.servers);
  plan.member_attributes = builder.member_attributes(spec);
  if (!station.sharing_limit) {
    return std::make_unique<BuiltStation>(spec, plan.row, &op_visit_shared);
  }
  auto& slots = builder.add(std::make_unique<SlotsPlan>(), spec, "slots");
  set_line(slots, station, spec, builder);
  slots.capacity = static_cast<double>(*station.sharing_limit);
  slots.discipline = Discipline::fifo;
  return std::make_unique<BuiltStation>(spec, plan.row, &op_visit_shared, slots.row);
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& station = spec.as<StationSpec>();
  check_station(spec, station, builder.diagnostics());
  if (const OutagePlan* outage = builder.outage_of(spec.name);
      outage != nullptr && !outage->pace.is_even() && (station.preemptive || !station.rate.empty())) {
    builder.diagnostics().error(
        spec.place, "resource '" + spec.name + "': a station that is preemptive or has a 'rate' cannot be 'slow'");
  }
  if (station.is_shared()) {
    return build_shared(spec, station, builder);
  }
  if (station.batch) {
    auto& plan = builder.add(std::make_unique<BatchStationPlan>(), spec);
    set_line(plan, station, spec, builder);
    plan.servers = station.servers;
    plan.max = station.batch->max;
    plan.min = station.batch->min.value_or(1);
    plan.timeout = station.batch->timeout && station.batch->timeout->ns > 0 ? station.batch->timeout : std::nullopt;
    plan.capacity *= static_cast<double>(plan.max);
    return std::make_unique<BuiltStation>(spec, plan.row, &op_visit<BatchStation>);
  }
  if (station.preemptive) {
    auto& plan = builder.add(std::make_unique<PreemptiveStationPlan>(), spec);
    set_line(plan, station, spec, builder);
    plan.lifo = station.discipline == Discipline::lifo;
    plan.discipline = Discipline::priority;
    return std::make_unique<BuiltStation>(spec, plan.row, &op_visit<PreemptiveStation>);
  }
  if (!station.rate.empty()) {
    auto& plan = builder.add(std::make_unique<RatedStationPlan>(), spec);
    set_line(plan, station, spec, builder);
    plan.rates = station.rate;
    return std::make_unique<BuiltStation>(spec, plan.row, &op_visit<RatedStation>);
  }
  auto& plan = builder.add(std::make_unique<StationPlan>(), spec);
  set_line(plan, station, spec, builder);
  return std::make_unique<BuiltStation>(spec, plan.row, station.setup ? &op_visit_with_setup : &op_visit<Station>);
}

}  // namespace

const ResourceKind& station_kind() {
  static const ResourceKind kind{
      "station",
      "Servers with a line in front of them.",
      StationSpec::fields,
      {"in", "per"},
      build,
      {FaultIs::down, FaultIs::errors, FaultIs::killed, FaultIs::partition, FaultIs::restart, FaultIs::slow}};
  return kind;
}

}  // namespace loadstone
