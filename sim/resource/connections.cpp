#include "sim/resource/connections.hpp"

#include "sim/primitive/connection_store.hpp"
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

}  // namespace

void emit_check_out(Lowerer& lowerer, const PoolRows& rows, ConnectionServer& server, const std::string& user,
                    const std::string& database) {
  emit_acquire(lowerer, rows.slots);
  const auto* plan = lowerer.builder().keep(StorePlan{rows.store});
  const std::uint32_t check = lowerer.emit({.execute = &op_check_out, .plan = plan});
  server.lower_connect(lowerer, user, database);
  lowerer.emit({.execute = &op_opened, .target = rows.store});
  lowerer.land(check);
}

void emit_check_in(Lowerer& lowerer, const PoolRows& rows) {
  emit_release(lowerer, rows.store);
  emit_release(lowerer, rows.slots);
}

}  // namespace loadstone
