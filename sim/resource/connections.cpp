#include "sim/resource/connections.hpp"

#include "sim/engine/scopes.hpp"
#include "sim/primitive/connection_store.hpp"
#include "sim/primitive/slots.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

struct StorePlan {
  ResourceIndex store = 0;
};

// Continues at `target` with an idle connection, or with the next operation, which opens one.
Progress op_check_out(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const StorePlan*>(op.plan);
  if (simulation.resource<ConnectionStore>(plan.store).check_out(request)) {
    request.pc = &simulation.model().program[op.target];
  }
  return Progress::next;
}

Progress op_opened(Simulation& simulation, Request& request, const Op& op) {
  simulation.resource<ConnectionStore>(op.target).opened(request);
  return Progress::next;
}

// Continues at `target` with a connection; behind it stands how one is opened.
Progress op_take(Simulation& simulation, Request& request, const Op& op) {
  request.pc = &simulation.model().program[op.target];
  return simulation.resource<ConnectionStore>(static_cast<const StorePlan*>(op.plan)->store).take(request, *(&op + 1));
}

// Takes a place among the connections of several pools.
Progress op_make_room(Simulation& simulation, Request& request, const Op& op) {
  const auto& cap = *static_cast<const ConnectionCap*>(op.plan);
  auto& slots = simulation.resource<Slots>(cap.slots);
  if (slots.in_use() >= slots.capacity()) {
    ConnectionStore* idle = nullptr;
    for (const ResourceIndex row : cap.stores) {
      auto& store = simulation.resource<ConnectionStore>(row);
      const auto since = store.longest_idle();
      idle = since && (idle == nullptr || *since < *idle->longest_idle()) ? &store : idle;
    }
    if (idle != nullptr) {
      idle->close_longest_idle();
    }
  }
  return slots.acquire(request, 1);
}

// Continues at `target` if those for whom it opens a connection have got others.
Progress op_give_up_unwanted(Simulation& simulation, Request& request, const Op& op) {
  if (!ConnectionStore::is_wanted(request)) {
    request.pc = &simulation.model().program[op.target];
  }
  return Progress::next;
}

Progress op_deliver(Simulation& simulation, Request& request, const Op& op) {
  simulation.resource<ConnectionStore>(op.target).deliver(request);
  return Progress::next;
}

}  // namespace

void emit_check_out(Lowerer& lowerer, const PoolRows& rows, ConnectionServer& server, const std::string& user,
                    const std::string& database, const Opening& opening) {
  emit_acquire(lowerer, rows.slots);
  const auto* plan = lowerer.builder().keep(StorePlan{rows.store});
  if (opening.one_by_one) {
    const std::uint32_t take = lowerer.emit({.execute = &op_take, .plan = plan});
    std::optional<std::uint32_t> unwanted;
    if (opening.cap != nullptr) {
      lowerer.emit({.execute = &op_make_room, .plan = opening.cap});
      unwanted = lowerer.emit({.execute = &op_give_up_unwanted});
    }
    server.lower_connect(lowerer, user, database);
    lowerer.emit({.execute = &op_deliver, .target = rows.store});
    if (unwanted) {
      lowerer.land(*unwanted);
    }
    lowerer.emit({.execute = &op_return});
    lowerer.land(take);
    return;
  }
  const std::uint32_t check = lowerer.emit({.execute = &op_check_out, .plan = plan});
  if (opening.deadline) {
    // who gives up closes the socket, and the server sees that
    const TimeoutPlan deadline{.after = *opening.deadline,
                               .error = opening.timed_out,
                               .remote = false,
                               .propagates = true,
                               .since_came = true};
    lowerer.emit({.execute = &op_timeout_begin, .plan = lowerer.builder().keep(deadline)});
  }
  server.lower_connect(lowerer, user, database);
  if (opening.deadline) {
    lowerer.emit({.execute = &op_scope_end});
  }
  lowerer.emit({.execute = &op_opened, .target = rows.store});
  if (!opening.check_idle) {
    lowerer.land(check);
    return;
  }
  const std::uint32_t fresh = lowerer.emit({.execute = &op_jump});
  lowerer.land(check);
  opening.check_idle();
  lowerer.land(fresh);
}

void emit_check_in(Lowerer& lowerer, const PoolRows& rows) {
  emit_release(lowerer, rows.store);
  emit_release(lowerer, rows.slots);
}

}  // namespace loadstone
