#include "sim/primitive/stream_log.hpp"

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> StreamLogPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<StreamLog>(simulation, *this);
}

StreamLog::StreamLog(Simulation& simulation, const StreamLogPlan& plan)
    : Resource(simulation, plan.row),
      member_(plan.is_limited() ? static_cast<std::int64_t>(plan.capacity) : INT64_MAX) {}

void StreamLog::append() {
  Level& level = member_.level;
  ++level.arrivals;
  ++level.granted;
  ++level.completed;
  if (level.in_use() < level.capacity()) {
    level.use(simulation_.now(), 1);
  }
}

}  // namespace loadstone
