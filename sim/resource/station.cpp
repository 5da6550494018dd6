// A station: servers with a line in front, the textbook's queue.
#include "sim/primitive/station.hpp"

#include "sim/primitive/sharing_station.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

struct StationSpec {
  std::int64_t servers = 1;
  std::optional<TimeLaw> service;
  Discipline discipline = Discipline::fifo;
  std::optional<CountLaw> priority;
  std::optional<std::int64_t> queue_limit;
  std::optional<TimeLaw> patience;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<StationSpec>()
          .field("servers", &StationSpec::servers, "Identical servers.",
                 {.default_text = "1", .bounds = {.min = 1, .max = 1e12}})
          .field("service", &StationSpec::service, "Time of one service, unless the visit gives one.")
          .choice("discipline", &StationSpec::discipline,
                  "Who is next: first come, last come, smallest `priority`, any, shortest service; or everybody at once, "
                  "sharing the servers.",
                  {.default_text = "fifo", .choices = {"fifo", "lifo", "priority", "random", "sjf", "processor_sharing"}})
          .field("priority", &StationSpec::priority, "Rank in a priority line, unless the visit gives one.")
          .field("queue_limit", &StationSpec::queue_limit, "Longest line; who comes then is refused with `queue_full`.")
          .field("patience", &StationSpec::patience,
                 "Longest wait in line, drawn for each; absent: for ever; 0s: never waits. Then `patience`.");
  return table;
}

struct VisitPlan {
  ResourceIndex station = 0;
  Drawn service;
  std::optional<Drawn> priority;
  std::optional<Drawn> patience;
  Key patience_site = 0;
};

Progress op_visit(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const VisitPlan*>(op.plan);
  const Duration work = plan.service.duration(simulation, request, op.site);
  const double rank = plan.priority ? plan.priority->value(simulation, request, mix(op.site)) : 0;
  std::optional<Duration> patience;
  if (plan.patience) {
    patience = plan.patience->duration(simulation, request, plan.patience_site);
  }
  return simulation.resource<Station>(plan.station).visit(request, work, rank, patience);
}

Progress op_visit_shared(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const VisitPlan*>(op.plan);
  const Duration work = plan.service.duration(simulation, request, op.site);
  return simulation.resource<SharingStation>(plan.station).visit(request, work);
}

class BuiltStation final : public BuiltResource, public Visitable, public Holdable {
 public:
  BuiltStation(const ResourceSpec& resource_spec, ResourceIndex row) : BuiltResource(resource_spec), row_(row) {}

  void lower_visit(Lowerer& lowerer, const std::optional<TimeLaw>& service,
                   const std::optional<CountLaw>& priority) override {
    const auto& own = spec.as<StationSpec>();
    const std::optional<TimeLaw>& time = service ? service : own.service;
    const std::optional<CountLaw>& rank = priority ? priority : own.priority;
    if (!time) {
      lowerer.error("station '" + spec.name + "' has no service time", {"give it, or the visit, a 'service'"});
      return;
    }
    VisitPlan plan{row_, lowerer.drawn(*time), std::nullopt, std::nullopt, lowerer.site("patience")};
    if (rank) {
      plan.priority = lowerer.drawn(*rank);
    }
    if (own.patience) {
      plan.patience = lowerer.drawn(*own.patience);
    }
    lowerer.emit({.execute = is_shared() ? &op_visit_shared : &op_visit, .plan = lowerer.builder().keep(plan)},
                 "service");
  }
  void lower_acquire(Lowerer& lowerer, std::int64_t amount, const std::optional<CountLaw>& priority, bool) override {
    if (is_shared()) {
      lowerer.error("a processor-sharing station cannot be held");
      return;
    }
    const auto& own = spec.as<StationSpec>();
    emit_acquire(lowerer, row_, amount, priority ? priority : own.priority, own.patience);
  }
  void lower_release(Lowerer& lowerer, bool) override { emit_release(lowerer, row_); }

 private:
  [[nodiscard]] bool is_shared() const {
    return spec.as<StationSpec>().discipline == Discipline::processor_sharing;
  }

  ResourceIndex row_;
};

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& station = spec.as<StationSpec>();
  if (station.discipline == Discipline::processor_sharing) {
    if (station.queue_limit || station.patience) {
      builder.diagnostics().error(spec.place, "resource '" + spec.name +
                                                  "': under processor_sharing nobody waits, so 'queue_limit' and "
                                                  "'patience' mean nothing");
    }
    auto& plan = builder.add(std::make_unique<SharingStationPlan>(), spec);
    plan.capacity = static_cast<double>(station.servers);
    plan.member_attributes = builder.member_attributes(spec);
    return std::make_unique<BuiltStation>(spec, plan.row);
  }
  auto& plan = builder.add(std::make_unique<StationPlan>(), spec);
  plan.capacity = static_cast<double>(station.servers);
  plan.discipline = station.discipline;
  plan.queue_limit = station.queue_limit;
  plan.refused = builder.error("queue_full");
  plan.timed_out = builder.error("patience");
  plan.member_attributes = builder.member_attributes(spec);
  return std::make_unique<BuiltStation>(spec, plan.row);
}

}  // namespace

const ResourceKind& station_kind() {
  static const ResourceKind kind{"station", "Servers with a line in front of them.", fields, {"in", "per"}, build};
  return kind;
}

}  // namespace loadstone
