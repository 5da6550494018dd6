#include "sim/experiment/horizon.hpp"

#include <algorithm>

namespace loadstone {

Horizon horizon_of(const Workload& workload, const Model& model, bool has_schedules) {
  Horizon horizon;
  bool constant = !has_schedules;
  for (const auto& source : model.sources) {
    horizon.end = std::max(horizon.end, source->end);
    constant = constant && source->constant;
  }
  if (workload.duration) {
    horizon.end = *workload.duration;
  }
  horizon.warmup = workload.warmup ? *workload.warmup : constant ? Duration{horizon.end.ns / 5} : Duration{};
  // An overload's drain is bounded: as long again as was measured, and five minutes.
  horizon.drain = (horizon.end - horizon.warmup) + Duration{300'000'000'000};
  return horizon;
}

}  // namespace loadstone
