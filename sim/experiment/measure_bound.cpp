#include "sim/experiment/measure_bound.hpp"

#include <algorithm>

namespace loadstone {

void hold_peaks(Model& model, Duration end) {
  for (const auto& source : model.sources) {
    source->hold_peak(end);
  }
  for (const auto& outage : model.outages) {
    outage->clear();
  }
  model.held_until = end;
}

namespace {

// Choices are drawn: what only few requests need is known well when enough of them have come, if that is cheap.
double seconds_for_scarcest(const Bound& bound, double load) {
  constexpr double kArrivals = 4000;
  constexpr double kMostRequests = 400'000;
  if (!bound.resource) {
    return 0;
  }
  const double arrivals_per_s = bound.demands[*bound.resource].arrivals_per_s * load;
  return std::min(kArrivals / std::max(1e-9, arrivals_per_s),
                  kMostRequests / std::max(1e-9, bound.requests_per_s * load));
}

}  // namespace

Bound measure_bound(Model& model, RunSettings settings) {
  settings.free_transfers = settings.engine != nullptr && settings.engine->has_own_network();
  settings.engine = nullptr;  // where nothing has a limit, nothing is shared
  settings.everything_relieved = true;
  settings.expected_values = true;
  settings.drain = false;
  Horizon horizon;
  horizon.blocks = 1;
  horizon.end = Duration{10'000'000'000};
  // long enough for a few thousand requests, and for the slowest of them many times over
  for (int round = 0; round < 8; ++round) {
    hold_peaks(model, horizon.end);
    horizon.warmup = Duration{horizon.end.ns / 5};
    const Observations observed = run_replication(model, settings, horizon);
    Bound bound = read_bound(model, observed, settings.load, settings.relieved);
    const double seconds = horizon.end.seconds();
    const double needed = std::max({4000 / std::max(1e-9, bound.requests_per_s * settings.load),
                                    bound.longest_latency_s * 20, seconds_for_scarcest(bound, settings.load)});
    if (seconds >= needed * 0.99) {
      return bound;
    }
    horizon.end = whole_ns(std::min(needed * 1.05, seconds * 50) * 1e9);
  }
  return {};
}

}  // namespace loadstone
