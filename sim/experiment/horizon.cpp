#include "sim/experiment/horizon.hpp"

#include <algorithm>

namespace loadstone {

Horizon horizon_of(const Workload& workload, const Model& model) {
  Horizon horizon;
  horizon.end = model.end;
  const bool constant =
      std::all_of(model.sources.begin(), model.sources.end(), [](const auto& source) { return source->constant; });
  horizon.warmup = workload.warmup ? *workload.warmup : constant ? Duration{horizon.end.ns / 5} : Duration{};
  // An overload's drain is bounded: as long again as was measured, and five minutes.
  horizon.drain = (horizon.end - horizon.warmup) + Duration{300'000'000'000};
  return horizon;
}

}  // namespace loadstone
