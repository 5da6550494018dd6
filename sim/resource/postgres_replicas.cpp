#include "sim/resource/postgres_replicas.hpp"

#include "sim/engine/scopes.hpp"
#include "sim/primitive/host_cpu.hpp"
#include "sim/primitive/slots.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

struct WorkPlan {
  ResourceIndex cpu = 0;
  std::optional<ResourceIndex> replay;
  std::uint32_t stale_reads = 0;
  std::uint64_t count = 1;
  Drawn work;
};

Progress op_replica_work(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const WorkPlan*>(op.plan);
  if (plan.replay && simulation.resource<Slots>(*plan.replay).in_use() > 0) {
    simulation.count_mark(plan.stale_reads);
  }
  const auto node = uniform_below(draw_of(request.draws, ~op.site, 0), plan.count);
  return simulation.resource<HostCpu>(plan.cpu).execute(request, node, 0,
                                                        plan.work.duration(simulation, request, op.site));
}

// Starts a request of the server's own at the next operation, and goes on at `target`.
Progress op_ship(Simulation& simulation, Request& request, const Op& op) {
  request.pc = &simulation.model().program[op.target];
  Request& replay = simulation.create(request.flow, request.key, &op + 1, request.attributes);
  replay.draws = request.draws;
  replay.number = request.number;
  replay.counted = false;
  replay.orphan = true;
  simulation.wake(replay, Phase::release);
  return Progress::next;
}

struct ReplayPlan {
  ResourceIndex row = 0;
  Drawn wal;
  double bytes_per_ns = 1;
};

Progress op_replay(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const ReplayPlan*>(op.plan);
  const double bytes = plan.wal.value(simulation, request, op.site);
  simulation.doing(request, Doing::served, plan.row);
  simulation.wake_at(request, simulation.now() + whole_ns(bytes / plan.bytes_per_ns), Phase::release);
  return Progress::waits;
}

}  // namespace

void emit_replica_work(Lowerer& lowerer, const ReplicaRows& rows, const TimeLaw& cpu) {
  const WorkPlan plan{*rows.cpu, rows.replay, rows.stale_reads, static_cast<std::uint64_t>(rows.count),
                      lowerer.drawn(cpu)};
  lowerer.emit({.execute = &op_replica_work, .plan = lowerer.builder().keep(plan)}, "query.cpu");
}

void emit_ship(Lowerer& lowerer, const ReplicaRows& rows, const SizeLaw& wal) {
  const std::uint32_t ship = lowerer.emit({.execute = &op_ship});
  emit_acquire(lowerer, *rows.replay);
  const ReplayPlan plan{*rows.replay, lowerer.drawn(wal), rows.replay_rate.per_ns};
  lowerer.emit({.execute = &op_replay, .plan = lowerer.builder().keep(plan)}, "query.wal");
  emit_release(lowerer, *rows.replay);
  lowerer.emit({.execute = &op_return});
  lowerer.land(ship);
}

}  // namespace loadstone
