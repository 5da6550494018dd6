#include "sim/primitive/reserve_pool.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> ReservePoolPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<ReservePool>(simulation, *this);
}

ReservePool::ReservePool(Simulation& simulation, const ReservePoolPlan& plan)
    : Slots(simulation, plan, &make_line<Pool>), reserve_plan_(plan) {}

ReservePool::Pool& ReservePool::pool_of(const Request* first) {
  return static_cast<Pool&>(first == nullptr ? *lines_.all().front() : lines_.of(*first));
}

void ReservePool::joined(Line& line) {
  Pool& pool = static_cast<Pool&>(line);
  extend(pool);
  watch(pool);
}

void ReservePool::opened(Pool& pool) {
  pool.opening = false;
  extend(pool);
  watch(pool);
}

void ReservePool::closed(Pool& pool, std::int64_t connections) {
  const std::int64_t size = pool.level.capacity() - pool.extra;
  set_extra(pool, std::clamp<std::int64_t>(connections - size, 0, pool.extra));
}

void ReservePool::set_extra(Pool& pool, std::int64_t extra) {
  pool.level.set_capacity(simulation_.now(), pool.level.capacity() - pool.extra + extra);
  pool.extra = extra;
}

void ReservePool::extend(Pool& pool) {
  if (pool.queue.empty() || pool.opening || pool.extra >= reserve_plan_.reserve ||
      simulation_.now() < pool.queue.front().wait.since + reserve_plan_.reserve_after) {
    return;
  }
  set_extra(pool, pool.extra + 1);
  pool.opening = true;  // as soon as the head comes for it
  serve_line(pool);
}

// Looks again at the first sweep at which the present head has waited long enough.
void ReservePool::watch(Pool& pool) {
  if (reserve_plan_.reserve == 0 || pool.queue.empty() || pool.extra >= reserve_plan_.reserve || pool.sweep.is_set()) {
    return;
  }
  const SimTime due = pool.queue.front().wait.since + reserve_plan_.reserve_after;
  const SimTime after{std::max(due.ns - 1, simulation_.now().ns)};
  pool.sweep = simulation_.kernel().schedule(sweep_.after(after), Phase::expire,
                                             {&ReservePool::on_sweep, this, reinterpret_cast<std::uint64_t>(&pool)});
}

void ReservePool::on_sweep(void* self, std::uint64_t which) {
  ReservePool& slots = *static_cast<ReservePool*>(self);
  Pool& pool = *reinterpret_cast<Pool*>(which);
  pool.sweep = {};
  slots.extend(pool);
  slots.watch(pool);
}

}  // namespace loadstone
