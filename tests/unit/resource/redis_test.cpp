#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/conserved.hpp"
#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kMs = 1'000'000;

// A lookup that hits is exactly one command.
load::Loaded redis(const std::string& keys, const std::string& workload, const std::string& hosts = "") {
  return model("topology: t\n" + hosts + "resources: {redis: {kind: redis" + keys +
                   "}, cache: {kind: cache, of: redis, hit: 100%}}\n"
                   "flows:\n  go: {steps: [{cache: cache, miss: []}]}\n",
               workload);
}

struct Seen {
  Seen(const load::Loaded& loaded, const Observations& o)
      : go(o.flows[flow_of(loaded.model, "go")]), cpu(o.resources[row_of(loaded.model, "redis.cpu")]) {}
  const FlowStats& go;
  const ResourceObservations& cpu;
};

// Commands of 2 ms that come together are executed one at a time: done at 2, 4, 6 ms.
TEST(Redis, ExecutesCommandsOneAtATimeInTheOrderInWhichTheyCome) {
  const auto m = redis(", command_time: 2ms", arrivals_at({{.count = 3}}));
  const Observations o = run_once(m);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
  const Seen seen(m, o);
  EXPECT_EQ(seen.go.latency.max(), 6 * kMs);
  EXPECT_EQ(seen.go.latency.sum(), (2 + 4 + 6) * kMs);
  EXPECT_EQ(seen.cpu.at_end.granted, 3u);
  EXPECT_EQ(seen.cpu.at_end.waited, 2u);
  EXPECT_EQ(seen.cpu.capacity, 1);
}

// 10 us by default: 100,000 commands a second.
TEST(Redis, ACommandTakesTenMicrosecondsUnlessItIsSaid) {
  const auto m = redis("", arrivals_at({{}}));
  const Observations o = run_once(m);
  EXPECT_EQ(Seen(m, o).go.latency.max(), 10'000);
}

// Half a round trip there, the command, half a round trip back; the loop is busy for the command only.
TEST(Redis, TheRoundTripDoesNotOccupyTheLoop) {
  const auto m = redis(", command_time: 2ms, rtt: 7ms", arrivals_at({{.count = 2}}));
  const Observations o = run_once(m);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
  const Seen seen(m, o);
  EXPECT_EQ(seen.go.latency.max(), (7 + 4) * kMs);
  EXPECT_EQ(seen.cpu.meter.hold_sum, 4 * kMs);
}

// There and back are one draw, so that the latency of a lone command is command + round trip: with an exponential round
// trip of mean m, the variance of the sum is m^2, where two halves of their own would give m^2 / 2.
TEST(Redis, BothWaysOfARoundTripAreOneDraw) {
  const auto m =
      redis(", command_time: 0us, rtt: exponential(10ms)", arrivals_at({{.count = 4000, .every = "1s"}}, "4000s"));
  const Observations o = run_once(m);
  const Histogram& latency = Seen(m, o).go.latency;
  EXPECT_NEAR(latency.mean(), 10.0 * kMs, 0.7 * kMs);                      // 4 sd: 4 x 10 / sqrt(4000) = 0.63
  EXPECT_NEAR(latency.variance() / (1e14), 1, 4 * std::sqrt(8.0 / 4000));  // sd of a variance: m^2 sqrt(8 / n)
}

// On a host the loop is held while its command runs on the cores. One core, shared with a computation of 10 ms: two
// commands of 2 ms take 4 ms each, one after the other, and the computation ends at 10 + 2 + 2 ms.
TEST(Redis, OnAHostItsCommandsShareTheCores) {
  const auto m = model(
      "topology: t\nhosts: {vps: {cores: 1}}\nresources:\n  app: {kind: service, host: vps}\n"
      "  redis: {kind: redis, command_time: 2ms, host: vps}\n  cache: {kind: cache, of: redis, hit: 100%}\n"
      "flows:\n  go: {steps: [{cache: cache, miss: []}]}\n  compute: {service: app, steps: [{cpu: 10ms}]}\n",
      arrivals_at({{.flow = "compute"}, {.count = 2}}));
  const Observations o = run_once(m);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
  const Seen seen(m, o);
  EXPECT_EQ(seen.go.latency.min(), 4 * kMs);
  EXPECT_EQ(seen.go.latency.max(), 8 * kMs);
  EXPECT_EQ(seen.cpu.meter.hold_sum, 8 * kMs);
  EXPECT_EQ(seen.cpu.meter.wait_sum, 4 * kMs);
  EXPECT_EQ(o.flows[flow_of(m.model, "compute")].latency.max(), 14 * kMs);
}

// One thread: four cores make its commands no faster, and two together still take turns.
TEST(Redis, UsesOneCoreAtMost) {
  const auto m = redis(", command_time: 2ms, host: vps", arrivals_at({{.count = 2}}), "hosts: {vps: {cores: 4}}\n");
  const Observations o = run_once(m);
  EXPECT_EQ(Seen(m, o).go.latency.sum(), (2 + 4) * kMs);
}

TEST(Redis, RelievedItsCommandsDoNotWait) {
  const auto m = redis(", command_time: exponential(2ms)", arrivals_at({{.count = 5}}));
  RunSettings settings;
  settings.everything_relieved = true;
  settings.expected_values = true;
  const Observations o = run_once(m, settings);
  EXPECT_EQ(Seen(m, o).go.latency.max(), 2 * kMs);
  EXPECT_EQ(Seen(m, o).cpu.meter.wait_sum, 0);
}

// A visit is one command: 7 ms of round trip, 2 ms of the loop, or as long as it says.
TEST(Redis, AVisitIsACommand) {
  const auto m = model(
      "topology: t\nresources: {redis: {kind: redis, command_time: 2ms, rtt: 7ms}}\n"
      "flows: {go: {steps: [{visit: redis}]}, script: {steps: [{visit: {station: redis, service: 50ms}}]}}\n",
      arrivals_at({{.flow = "script"}, {.at = "1ms"}}));
  const Observations o = run_once(m);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
  EXPECT_EQ(o.flows[flow_of(m.model, "script")].latency.max(), 57 * kMs);
  EXPECT_EQ(Seen(m, o).go.latency.max(), (7 + 49 + 2) * kMs);  // there at 4.5 ms, the script ends at 53.5 ms
  EXPECT_EQ(Seen(m, o).cpu.meter.hold_sum, 52 * kMs);
}

load::Loaded pooled(const std::string& redis, const std::string& query, const std::string& workload,
                    const std::string& pool = "driver: redis_py") {
  return model("topology: t\nresources:\n  redis: {kind: redis" + redis +
                   "}\n  pool: {kind: connection_pool, server: redis, " + pool +
                   "}\nflows:\n  go: {steps: [{query: {pool: pool" + query + "}}]}\n",
               workload);
}

// The first opens its connection (a round trip of 7 ms), then the command; the second, later, has an idle one.
TEST(Redis, AQueryOfAPoolIsACommand) {
  const auto m = pooled(", command_time: 2ms, rtt: 7ms", "", arrivals_at({{}, {.at = "1s"}}));
  const Observations o = run_once(m);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
  EXPECT_EQ(Seen(m, o).go.latency.max(), (7 + 7 + 2) * kMs);
  EXPECT_EQ(Seen(m, o).go.latency.min(), (7 + 2) * kMs);
  EXPECT_EQ(o.resources[row_of(m.model, "redis.clients")].at_end.in_use, 1);
  // its own time, and several one after the other
  const auto own = pooled(", command_time: 2ms, rtt: 7ms", ", cpu: 50ms, round_trips: 3", arrivals_at({{}}));
  EXPECT_EQ(run_once(own).flows[0].latency.max(), (7 + 3 * (7 + 50)) * kMs);
}

// Three connections may be open: a fourth client is turned away while they are, though they are idle.
TEST(Redis, RefusesMoreThanItsMostClients) {
  const auto m = pooled(", command_time: 2ms, maxclients: 3", "", arrivals_at({{.count = 4}, {.at = "1s"}}));
  const Observations o = run_once(m);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
  EXPECT_EQ(o.flows[0].errors[error_of(m.model, "max_clients_reached")], 1u);
  EXPECT_EQ(o.flows[0].run.completed, 4u);
  EXPECT_EQ(o.resources[row_of(m.model, "redis.clients")].at_end.in_use, 3);
}

std::string errors_of_redis(const std::string& keys, const std::string& hosts = "") {
  return errors_of("topology: t\n" + hosts + "resources: {redis: {kind: redis" + keys +
                       "}, cache: {kind: cache, of: redis, hit: 1}}\n"
                       "flows: {go: {steps: [{cache: cache, miss: []}]}}\n",
                   arrivals_at({{}}));
}

TEST(Redis, SaysWhatIsWrong) {
  EXPECT_EQ(errors_of_redis(", mode: single"), "");
  EXPECT_EQ(errors_of_redis(", mode: sentinel, down-after-milliseconds: 5000"), "");
  EXPECT_NE(errors_of_redis(", down-after-milliseconds: 5000").find("needs 'mode: sentinel'"), std::string::npos);
  EXPECT_NE(errors_of_redis(", lfu-log-factor: 1").find("needs a 'maxmemory-policy' with lfu"), std::string::npos);
  EXPECT_NE(errors_of_redis(", maxclients: 0").find("'maxclients' must be at least 1"), std::string::npos);
  EXPECT_NE(errors_of("topology: t\nresources: {redis: {kind: redis}, pool: {kind: connection_pool, driver: redis_py, "
                      "server: redis, timeout: 5}}\nflows: {go: {steps: [{query: {pool: pool, commit: true}}]}}\n",
                      arrivals_at({{}}))
                .find("'timeout' of redis_py needs 'blocking: true'"),
            std::string::npos);
  EXPECT_NE(errors_of("topology: t\nresources: {redis: {kind: redis}, pool: {kind: connection_pool, driver: redis_py, "
                      "server: redis}}\nflows: {go: {steps: [{query: {pool: pool, commit: true}}]}}\n",
                      arrivals_at({{}}))
                .find("has no 'io', 'commit', 'locks' or 'wal'"),
            std::string::npos);
  EXPECT_NE(errors_of_redis(", maxmemory-policy: allkeys-lru").find("'maxmemory-policy' needs 'maxmemory'"),
            std::string::npos);
  EXPECT_NE(errors_of_redis(", host: vps").find("unknown host 'vps'"), std::string::npos);
  EXPECT_NE(
      errors_of_redis(", host: vps", "hosts: {vps: {cores: 1, count: 3}}\n").find("is 3 machines; on which of them"),
      std::string::npos);
  EXPECT_NE(errors_of("topology: t\nresources: {redis: {kind: redis}}\n"
                      "flows: {go: {steps: [{visit: {station: redis, priority: 3}}]}}\n",
                      arrivals_at({{}}))
                .find("in the order in which they come: it has no 'priority'"),
            std::string::npos);
  EXPECT_NE(errors_of_redis(", command_time: $request.x").find("are the server's own"), std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
