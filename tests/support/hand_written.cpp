#include "tests/support/hand_written.hpp"

#include "tests/support/model_from_text.hpp"

namespace loadstone::test {

namespace {

constexpr std::int64_t kMinute = 60'000'000'000;

std::string stations(std::size_t count) {
  std::string resources = "topology: t\nresources:\n";
  std::string steps = "flows:\n  f:\n    steps:\n";
  for (std::size_t i = 0; i < count; ++i) {
    resources += "  s" + std::to_string(i) + ": {kind: station, servers: 1, service: 1ms}\n";
    steps += "      - visit: s" + std::to_string(i) + "\n";
  }
  return resources + steps;
}

constexpr const char* kWorkload = R"(
workload: w
scenarios: {s: {executor: constant-arrival-rate, exec: f, arrival: even, rate: 1/s, duration: 60s}}
)";

Totals after(Totals totals, const Window& window) {
  totals.arrivals += window.arrivals;
  totals.granted += window.granted;
  totals.refused += window.refused;
  totals.timed_out += window.timed_out;
  totals.waiting += window.waiting_more;
  totals.blocked_time += static_cast<std::int64_t>(window.blocked_s * 1e9);
  totals.full_time += static_cast<std::int64_t>(window.full_s * 1e9);
  return totals;
}

}  // namespace

HandWritten::HandWritten(std::size_t resources)
    : loaded_(test::model(stations(resources), kWorkload)), replications_(resources) {}

HandWritten& HandWritten::windows(const std::vector<Window>& minutes, RowId row) {
  for (int i = 0; i < 3; ++i) {
    add_replication(minutes, row);
  }
  return *this;
}

void HandWritten::add_replication(const std::vector<Window>& minutes, RowId row) {
  const std::size_t replication = replications_[row]++;
  if (replication == observations_.size()) {
    observations_.emplace_back().resources.resize(replications_.size());
  }
  Observations& observed = observations_[replication];
  observed.measured_until = SimTime{static_cast<std::int64_t>(minutes.size()) * kMinute};
  ResourceObservations& resource = observed.resources[row];
  resource.capacity = 1;
  resource.members = 1;
  resource.meter.at_edge = {Totals{}};
  for (const Window& window : minutes) {
    resource.meter.at_edge.push_back(after(resource.meter.at_edge.back(), window));
  }
  resource.at_end = resource.meter.at_edge.back();
}

void HandWritten::left_at_end(std::uint64_t inside, std::uint64_t of, RowId waiting_at) {
  for (Observations& observed : observations_) {
    observed.entered = of;
    observed.sampled_in_flight = inside;
    observed.resources[waiting_at].at_end.waiting = static_cast<std::int64_t>(inside);
  }
}

void HandWritten::stopped(const std::string& why) {
  for (Observations& observed : observations_) {
    observed.stopped = why;
  }
}

}  // namespace loadstone::test
