#include "sim/engine/flow_watch.hpp"

#include <algorithm>

#include "sim/engine/outages.hpp"
#include "sim/engine/simulation.hpp"

namespace loadstone {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMostSeconds = 1'000'000;  // what comes later is not looked at

// The second of an arrival after the end of a fault; nothing before that, or where nobody knows what is slow.
std::optional<std::size_t> second_of(SimTime arrived, SimTime over, const RecoveryStats& recovery) {
  if (recovery.limit_ns < 0 || arrived < over) {
    return std::nullopt;
  }
  const std::int64_t second = (arrived - over).ns / kSecond;
  return second < kMostSeconds ? std::optional(static_cast<std::size_t>(second)) : std::nullopt;
}

void count(std::vector<std::uint32_t>& seconds, std::size_t second, std::uint64_t number) {
  if (second >= seconds.size()) {
    seconds.resize(second + 1);
  }
  seconds[second] += static_cast<std::uint32_t>(number);
}

}  // namespace

FlowWatch::FlowWatch(Simulation& simulation) : simulation_(simulation) {
  const Model& model = simulation.model();
  for (FlowId flow = 0; flow < model.flows.size(); ++flow) {
    simulation.flow_stats(flow).windows.resize(model.windows.size());
    simulation.flow_stats(flow).recoveries.resize(model.faults.size());
  }
  for (const FlowWindow& window : model.windows) {
    openings_.emplace_back();
    if (window.during.empty()) {
      openings_.back().push_back({window.from, window.until});
    }
  }
}

void FlowWatch::start() {
  const std::vector<FaultPlan>& faults = simulation_.model().faults;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    simulation_.kernel().schedule(
        faults[i].from, Phase::expire,
        {[](void* self, std::uint64_t fault) { static_cast<FlowWatch*>(self)->note_before(fault); }, this, i});
  }
}

void FlowWatch::note_before(std::size_t fault) {
  constexpr double kBand = 1.1;
  for (FlowId flow = 0; flow < simulation_.model().flows.size(); ++flow) {
    FlowStats& stats = simulation_.flow_stats(flow);
    if (stats.latency.count() > 0) {
      stats.recoveries[fault].limit_ns = whole_ns(kBand * static_cast<double>(stats.latency.quantile(0.95))).ns;
    }
  }
}

void FlowWatch::open(std::size_t window) {
  openings_[window].push_back({simulation_.now(), kEndOfTime});
}

void FlowWatch::close(std::size_t window) {
  openings_[window].back().until = simulation_.now();
}

bool FlowWatch::holds(std::size_t window, SimTime at) const {
  const std::vector<Opening>& openings = openings_[window];
  const auto after = std::upper_bound(openings.begin(), openings.end(), at,
                                      [](SimTime instant, const Opening& opening) { return instant < opening.from; });
  return after != openings.begin() && at < std::prev(after)->until;
}

void FlowWatch::offered(FlowStats& stats, SimTime arrived) {
  for (std::size_t i = 0; i < stats.windows.size(); ++i) {
    stats.windows[i].offered += holds(i, arrived) ? 1 : 0;
  }
  for (std::size_t i = 0; i < stats.recoveries.size(); ++i) {
    if (const auto second = second_of(arrived, simulation_.outages().end_of(i), stats.recoveries[i])) {
      count(stats.recoveries[i].arrived, *second, 1);
    }
  }
}

void FlowWatch::dropped(FlowStats& stats, SimTime arrived, std::uint64_t number) {
  for (std::size_t i = 0; i < stats.windows.size(); ++i) {
    if (holds(i, arrived)) {
      stats.windows[i].offered += number;
      stats.windows[i].dropped += number;
    }
  }
  for (std::size_t i = 0; i < stats.recoveries.size(); ++i) {
    if (const auto second = second_of(arrived, simulation_.outages().end_of(i), stats.recoveries[i])) {
      count(stats.recoveries[i].arrived, *second, number);
    }
  }
}

void FlowWatch::ended(FlowStats& stats, const End& end) {
  const SimTime now = simulation_.now();
  const std::int64_t took = (now - end.arrived).ns;
  for (std::size_t i = 0; i < stats.windows.size(); ++i) {
    WindowStats& window = stats.windows[i];
    window.completed_inside += !end.failed && simulation_.is_sampled(now) && holds(i, now) ? 1 : 0;
    if (!end.sampled || !holds(i, end.arrived)) {
      continue;
    }
    if (end.failed) {
      ++window.failed;
    } else {
      ++window.completed;
      window.latency.record(took);
    }
  }
  for (std::size_t i = 0; i < stats.recoveries.size() && end.sampled && !end.failed; ++i) {
    RecoveryStats& recovery = stats.recoveries[i];
    const auto second = second_of(end.arrived, simulation_.outages().end_of(i), recovery);
    if (second && took <= recovery.limit_ns) {
      count(recovery.well, *second, 1);
    }
  }
}

}  // namespace loadstone
