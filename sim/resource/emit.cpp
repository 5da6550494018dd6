#include "sim/resource/emit.hpp"

#include "sim/primitive/host_cpu.hpp"

namespace loadstone {

namespace {

struct CpuPlan {
  CpuPlace place;
  Drawn work;
};

Progress op_cpu(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const CpuPlan*>(op.plan);
  std::size_t instance = 0;
  if (plan.place.process_attribute >= 0) {
    const double process = request.attributes[static_cast<std::size_t>(plan.place.process_attribute)];
    instance = static_cast<std::size_t>(process) / static_cast<std::size_t>(plan.place.processes_per_instance);
  }
  const auto job_class =
      plan.place.first_class + (plan.place.class_per_instance ? static_cast<std::uint32_t>(instance) : 0);
  return simulation.resource<HostCpu>(plan.place.host)
      .execute(request, instance, job_class, plan.work.duration(simulation, request, op.site));
}

struct DelayPlan {
  ResourceIndex row = 0;
  Drawn time;
  Phase ends = Phase::wake;
  const Pace* pace = nullptr;
};

Progress op_delay_in(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const DelayPlan*>(op.plan);
  const Duration time = plan.time.duration(simulation, request, op.site);
  simulation.doing(request, Doing::served, plan.row);
  const SimTime now = simulation.now();
  simulation.wake_at(request, plan.pace == nullptr ? now + time : plan.pace->end_of(now, time), plan.ends);
  return Progress::waits;
}

void emit_time(Lowerer& lowerer, const DelayPlan& plan, std::string_view site) {
  const Drawn& time = plan.time;
  if (time.attribute < 0 && time.law.is_constant() && time.law.mean() == 0) {
    return;
  }
  DelayPlan kept = plan;
  kept.pace = lowerer.builder().model().resources[plan.row]->pace;
  lowerer.emit({.execute = &op_delay_in, .plan = lowerer.builder().keep(kept)}, site);
}

}  // namespace

CpuPlace cpu_place(ModelBuilder& builder, const ResourceSpec& spec, const BuiltHost& host) {
  CpuPlace place{.host = host.cpu};
  if (const OutagePlan* outage = builder.outage_of(spec.name); outage != nullptr && !outage->pace.is_even()) {
    auto& plan = static_cast<HostCpuPlan&>(*builder.model().resources[host.cpu]);
    place.first_class = static_cast<std::uint32_t>(plan.classes.size());
    plan.classes.emplace_back();
    note_cpu_class(builder, spec, place.host, place.first_class);
  }
  return place;
}

void note_cpu_class(ModelBuilder& builder, const ResourceSpec& spec, ResourceIndex host, std::uint32_t job_class) {
  if (const OutagePlan* outage = builder.outage_of(spec.name); outage != nullptr && !outage->pace.is_even()) {
    builder.model().slow_parts.push_back({host, job_class, {&outage->pace}});
  }
}

void emit_cpu(Lowerer& lowerer, const CpuPlace& place, const Drawn& work, std::string_view site) {
  lowerer.emit({.execute = &op_cpu, .plan = lowerer.builder().keep(CpuPlan{place, work})}, site);
}

void emit_delay(Lowerer& lowerer, ResourceIndex row, const Drawn& time, std::string_view site) {
  emit_time(lowerer, {row, time}, site);
}

void emit_work(Lowerer& lowerer, const std::optional<CpuPlace>& place, ResourceIndex row, const Drawn& work,
               std::string_view site) {
  if (place) {
    emit_cpu(lowerer, *place, work, site);
  } else {
    emit_time(lowerer, {row, work, Phase::release}, site);
  }
}

Drawn constant_time(Duration time) {
  return {Distribution::constant(static_cast<double>(time.ns)), -1};
}

}  // namespace loadstone
