// Closed loads: so many users, each thinking for an exponential time between requests.
//   Machine repair, M/M/2//10: 10 users, think time 5 s, two servers of 1/s; exact by a birth-death chain.
//   Closed network, against exact mean value analysis: 12 users, think time 4 s; web (1 server, 2 visits of 0.2 s),
//   disk (1 server, 0.5 s), app (3 servers, 1 s), provider (a pure delay of 2 s, constant: only its mean counts).
//   Method: 30 replications from an empty start; the networks forget in a few think times, warm-up 1,000 s.
#include <gtest/gtest.h>

#include "sim/theory/machine_repair.hpp"
#include "sim/theory/mva.hpp"
#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

std::string users(int count, const std::string& think_time) {
  return "workload: closed\nscenarios: {load: {executor: constant-vus, exec: serve, vus: " + std::to_string(count) +
         ", thinkTime: " + think_time + ", duration: 10000000s}}\n";
}

TEST(ValidationClosed, MachineRepairMatchesTheBirthDeathChain) {
  const SampledModel run(one_station("servers: 2, service: exponential(1s)"), users(10, "exponential(5s)"),
                         {.warmup_s = 1'000, .measured_s = 30'000, .replications = 30});
  const MachineRepair exact{10, 5, 1, 2};
  expect_estimate("machine repair throughput", run.throughput("serve"), exact.throughput());
  expect_estimate("machine repair utilisation", run.utilization("server"), exact.utilization());
  expect_estimate("machine repair mean response", run.mean_latency("serve"), exact.mean_response());
  expect_estimate("machine repair mean wait", run.mean_wait("server"), exact.mean_wait());
}

// Only the mean of the think time counts at a single station without a line of its own (a delay is insensitive).
TEST(ValidationClosed, MachineRepairIsInsensitiveToTheThinkTimeLaw) {
  const SampledModel run(one_station("servers: 2, service: exponential(1s)"), users(10, "lognormal(mean=5s; cv=1.5)"),
                         {.warmup_s = 2'000, .measured_s = 30'000, .replications = 30});
  const MachineRepair exact{10, 5, 1, 2};
  expect_estimate("machine repair, lognormal think, throughput", run.throughput("serve"), exact.throughput());
  expect_estimate("machine repair, lognormal think, response", run.mean_latency("serve"), exact.mean_response());
}

TEST(ValidationClosed, NetworkMatchesExactMeanValueAnalysis) {
  const SampledModel run(
      "topology: closed\n"
      "resources:\n"
      "  web: {kind: station, service: exponential(0.2s)}\n"
      "  disk: {kind: station, service: exponential(0.5s)}\n"
      "  app: {kind: station, servers: 3, service: exponential(1s)}\n"
      "flows: {serve: {steps: [{visit: web}, {visit: app}, {visit: disk}, {delay: 2s}, {visit: web}]}}\n",
      users(12, "exponential(4s)"), {.warmup_s = 1'000, .measured_s = 40'000, .replications = 30});
  const std::vector<MvaStation> stations{{0.4, 1}, {0.5, 1}, {1, 3}, {2, kInfiniteServers}};
  const MvaResult exact = exact_mva(stations, 12, 4);
  expect_estimate("MVA throughput", run.throughput("serve"), exact.throughput);
  expect_estimate("MVA response", run.mean_latency("serve"), exact.response);
  const char* names[] = {"web", "disk", "app"};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string at = std::string("MVA ") + names[i];
    const double busy = exact.utilization[i] * stations[i].servers;
    expect_estimate(at + " utilisation", run.utilization(names[i]), exact.utilization[i]);
    expect_estimate(at + " mean in queue", run.mean_in_queue(names[i]), exact.mean_number[i] - busy);
  }
}

}  // namespace
}  // namespace loadstone::test
