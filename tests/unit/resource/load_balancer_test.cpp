#include <gtest/gtest.h>

#include "sim/experiment/compare.hpp"
#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// A balancer in front of a service; `go` and the others come through it, `direct` does not.
std::string balanced(const std::string& gate, const std::string& web, const std::string& steps,
                     const std::string& more = "") {
  return "topology: t\npopulations: {tenant: {count: 9}}\nhosts:\n  edge: {cores: 1}\n  box: {cores: 8}\nresources:\n"
         "  gate: {kind: load_balancer, target: web" +
         gate + "}\n  web: {kind: service, host: box" + web + "}\nflows:\n" +
         flows_named({"go", "a", "b", "c"}, steps, "service: gate, ") +
         flows_named({"direct"}, steps, "service: web, ") + more;
}

// --- worker_connections -------------------------------------------------------------------------------------------

// Each request takes two of 512: the 257th fails.
TEST(LoadBalancer, TakesTwoConnectionsForARequest) {
  const SeenRun seen(balanced("", "", "{delay: 1s}"), {{.count = 257}});
  EXPECT_EQ(seen.completed(), 256u);
  EXPECT_EQ(seen.failed("worker_connections_not_enough"), 1u);
  EXPECT_EQ(seen.failed_after_ms(), 0);
  EXPECT_EQ(seen.row("gate.slots").capacity, 512);
  EXPECT_EQ(seen.used_ms("gate.slots"), 2 * 256 * 1000);
  EXPECT_EQ(seen.totals("gate.slots").refused, 1u);
  EXPECT_EQ(seen.totals("web.requests").arrivals, 256u);
}

// Five carry two requests: one connection is left over. At 1 s both are given back before others arrive.
TEST(LoadBalancer, LeavesAnOddConnectionUnused) {
  const SeenRun seen(balanced(", worker_connections: 5", "", "{delay: 1s}"), {{.count = 3}, {.flow = "a", .at = "1s"}});
  EXPECT_EQ(seen.completed(), 2u);
  EXPECT_EQ(seen.failed("worker_connections_not_enough"), 1u);
  EXPECT_EQ(seen.completed("a"), 1u);
}

// The service refuses the second; its connections are given back, so the third gets as far as the service too.
TEST(LoadBalancer, GetsItsConnectionsBackFromARequestThatFails) {
  const SeenRun seen(balanced(", worker_connections: 4", ", limit_concurrency: 1", "{delay: 1s}"),
                     {{.flow = "a"}, {.flow = "b"}, {.flow = "c"}});
  EXPECT_EQ(seen.completed("a"), 1u);
  EXPECT_EQ(seen.failed("service_unavailable", "b"), 1u);
  EXPECT_EQ(seen.failed("service_unavailable", "c"), 1u);
  EXPECT_EQ(seen.totals("gate.slots").refused, 0u);
  EXPECT_EQ(seen.used_ms("gate.slots"), 2 * 1000);
}

TEST(LoadBalancer, IsPassedByWhatGoesToTheServiceItself) {
  const SeenRun seen(balanced(", worker_connections: 2", "", "{delay: 1s}"), {{.flow = "a"}, {.flow = "direct"}});
  EXPECT_EQ(seen.completed("direct"), 1u);
  EXPECT_EQ(seen.totals("gate.slots").arrivals, 1u);
  EXPECT_EQ(seen.totals("web.requests").arrivals, 2u);
}

// --- cpu ----------------------------------------------------------------------------------------------------------

// Two share its one core for 5 ms each, then compute in the service, on other cores: 10 + 20 ms and 10 + 40 ms.
TEST(LoadBalancer, ComputesOnItsOwnHostBeforeTheServiceDoes) {
  const SeenRun seen(balanced(", host: edge, cpu: 5ms", "", "{cpu: 20ms}"), {{.flow = "a"}, {.flow = "b"}});
  EXPECT_EQ(seen.max_ms("a"), 30);
  EXPECT_EQ(seen.max_ms("b"), 50);
  EXPECT_EQ(seen.used_ms("edge.cpu"), 10);
  EXPECT_EQ(seen.used_ms("box.cpu"), 40);
  EXPECT_EQ(seen.used_ms("web.requests"), 20 + 40);
  EXPECT_EQ(seen.used_ms("gate.slots"), 2 * (30 + 50));
}

TEST(LoadBalancer, NeedsNoCpu) {
  EXPECT_EQ(SeenRun(balanced("", "", "{delay: 1s}"), {{.flow = "a"}}).max_ms("a"), 1000);
  EXPECT_EQ(SeenRun(balanced(", host: edge", "", "{delay: 1s}"), {{.flow = "a"}}).max_ms("a"), 1000);
}

// --- method -------------------------------------------------------------------------------------------------------

// A long request of 100 ms is in process 0. In turn, b goes there too; with least_conn it goes to process 1, which a
// has left. The service's own `balance` does not matter.
TEST(LoadBalancer, PicksAProcessByItsOwnMethod) {
  const auto with = [](const std::string& method, const std::string& balance) {
    return SeenRun(balanced(method, ", workers: 2, balance: " + balance, "{cpu: 10ms}",
                            flows_named({"long"}, "{cpu: 100ms}", "service: gate, ")),
                   {{.flow = "long"}, {.flow = "a", .at = "10ms"}, {.flow = "b", .at = "30ms"}});
  };
  EXPECT_EQ(with("", "least_conn").max_ms("b"), 80);
  EXPECT_EQ(with(", method: round_robin", "least_conn").max_ms("b"), 80);
  EXPECT_EQ(with(", method: least_conn", "round_robin").max_ms("b"), 10);
  EXPECT_EQ(with(", method: least_conn", "round_robin").max_ms("a"), 10);
}

// What does not come through it counts for least_conn as well: `direct` is in process 0.
TEST(LoadBalancer, SeesRequestsThatDoNotComeThroughIt) {
  const SeenRun seen(balanced(", method: least_conn", ", workers: 2", "{cpu: 10ms}"),
                     {{.flow = "direct"}, {.flow = "a"}, {.flow = "b", .at = "10ms"}});
  EXPECT_EQ(seen.max_ms("a"), 10);
  EXPECT_EQ(seen.max_ms("b"), 10);
}

TEST(LoadBalancer, SendsEqualValuesToOneProcess) {
  const SeenRun seen(balanced(", method: sticky(tenant)", ", workers: 4", "{cpu: 10ms}"),
                     {{.count = 3, .attributes = "tenant: integer(5; 5)"}});
  EXPECT_EQ(seen.sum_ms(), 10 + 20 + 30);
}

// 400 requests over four processes: a quarter is 100, the standard deviation below 9.
TEST(LoadBalancer, SpreadsRequestsAtRandom) {
  const SeenRun seen(balanced(", method: random", ", workers: 4", "{delay: 1ms}"), {{.count = 400, .every = "1s"}});
  EXPECT_EQ(seen.row("web.requests").members, 4u);
  EXPECT_NEAR(static_cast<double>(seen.row("web.requests").worst.arrivals), 100, 45);
}

// Pools of the service are those of the process that the balancer has picked.
TEST(LoadBalancer, LeadsToTheResourcesOfTheProcess) {
  std::string text = balanced("", ", workers: 2", "{hold: own, do: [{delay: 1s}]}");
  text.insert(text.find("flows:"), "  own: {kind: semaphore, size: 1, in: gate}\n");
  EXPECT_EQ(SeenRun(text, {{.count = 4}}).sum_ms(), 1000 + 1000 + 2000 + 2000);
}

// A blocking step holds the loop of the process behind it.
TEST(LoadBalancer, LetsAStepBlockTheLoopOfTheService) {
  const SeenRun seen(balanced("", "", "{delay: 1s, blocking: true}"), {{.flow = "a"}, {.flow = "b"}});
  EXPECT_EQ(seen.max_ms("b"), 2000);
}

// --- instances that are dead --------------------------------------------------------------------------------------

// Each instance has room for one request. The first is killed at 100 s and back after `boot`; then `more` come.
SeenRun with_a_dead_one(const std::string& gate, const std::string& boot, std::vector<Arrivals> more,
                        const std::string& instances = "2") {
  const std::string text = "topology: t\nresources:\n  gate: {kind: load_balancer, target: api" + gate +
                           "}\n  api: {kind: service, instances: " + instances + ", boot: " + boot +
                           ", memory: {idle: 0B, per_request: 1MiB, limit: 1MiB}}\nflows:\n" +
                           flows_named({"go", "kills", "a", "b", "c"}, "{delay: 100ms}", "service: gate, ") +
                           flows_named({"long"}, "{delay: 1000s}", "service: gate, ");
  more.insert(more.begin(), {{.flow = "long"}, {.at = "1s"}, {.flow = "kills", .at = "100s"}});
  return SeenRun(text, more);
}

// Back at 105 s. The request of 102 s has met it dead: it is skipped at 112 s still, so that the second of two kills
// the other instance; a nanosecond later there is one for each.
TEST(LoadBalancer, SkipsWhoRefusedUntilTheTimeoutHasPassed) {
  for (const auto& [at, completed] : {std::pair{"112s", 0u}, std::pair{"112000000001ns", 2u}}) {
    const SeenRun seen = with_a_dead_one(
        "", "5s", {{.flow = "a", .at = "101s", .count = 2, .every = "1s"}, {.flow = "b", .at = at, .count = 2}});
    EXPECT_EQ(seen.completed("a"), 2u);
    EXPECT_EQ(seen.completed("b"), completed) << at;
    EXPECT_EQ(seen.failed("connection_lost", "b"), 2 - completed) << at;
  }
}

// The probe that finds it alive forgets its refusal: at once it is one of two again.
TEST(LoadBalancer, ForgetsWhenAProbeIsAnswered) {
  const SeenRun seen = with_a_dead_one("", "5s",
                                       {{.flow = "a", .at = "101s", .count = 2, .every = "1s"},
                                        {.flow = "b", .at = "113s", .count = 2},
                                        {.flow = "c", .at = "114s", .count = 2}});
  EXPECT_EQ(seen.completed("b"), 2u);
  EXPECT_EQ(seen.completed("c"), 2u);
}

// In turn from 101 s on, one a second. With two refusals those of 102 and 104 s are retried, and then none until 114 s.
// Without a limit all of every second one are.
TEST(LoadBalancer, SkipsAfterSoManyRefusals) {
  for (const auto& [max_fails, retries] : {std::pair{"2", 2u}, std::pair{"0", 7u}}) {
    const SeenRun seen = with_a_dead_one(", max_fails: " + std::string(max_fails), "1000s",
                                         {{.flow = "a", .at = "101s", .count = 14, .every = "1s"}});
    EXPECT_EQ(seen.completed("a"), 14u);
    EXPECT_EQ(seen.marked("gate.next_upstream"), retries) << max_fails;
  }
}

// A longer timeout: one retry in 60 s.
TEST(LoadBalancer, SkipsForItsTimeout) {
  const SeenRun seen =
      with_a_dead_one(", fail_timeout: 60", "1000s", {{.flow = "a", .at = "101s", .count = 60, .every = "1s"}});
  EXPECT_EQ(seen.completed("a"), 60u);
  EXPECT_EQ(seen.marked("gate.next_upstream"), 1u);
}

// Two of `b` kill the other one at 101.05 s, when the first is met dead. At 103 s the other is met dead, and from then
// on both are skipped.
TEST(LoadBalancer, FailsWhereAllAreDead) {
  const SeenRun seen = with_a_dead_one("", "1000s",
                                       {{.flow = "b", .at = "101s"},
                                        {.flow = "b", .at = "101050ms"},
                                        {.flow = "c", .at = "103s", .count = 5, .every = "1s"}});
  EXPECT_EQ(seen.failed("connection_lost", "b"), 2u);
  EXPECT_EQ(seen.failed("unavailable", "c"), 5u);
  EXPECT_EQ(seen.flow("c").failure.max(), 0);
  EXPECT_EQ(seen.used_ms("gate.slots"), 2 * (100'000 + 100 + 50));  // given back at once
}

TEST(LoadBalancer, CostsItsPrice) {
  const auto m =
      model(balanced(", price: $6/month", ", price: $5/month, instances: 2", "{delay: 1s}"), arrivals_at({{}}));
  EXPECT_DOUBLE_EQ(fixed_cost(m.topology, m.model).fixed_usd_month, 6 + 2 * 5);
}

// --- what is refused ----------------------------------------------------------------------------------------------

TEST(LoadBalancer, NeedsAServiceBehindItAndAHostForItsCpu) {
  const auto errors = [](const std::string& gate) {
    return errors_of(
        "topology: t\nresources:\n  web: {kind: service}\n  db: {kind: postgres}\n"
        "  other: {kind: load_balancer, target: web}\n  gate: {kind: load_balancer" +
            gate + "}\nflows: {go: {steps: [{delay: 1s}]}}\n",
        arrivals_at({{}}));
  };
  EXPECT_NE(errors("").find("missing key 'target'"), std::string::npos);
  EXPECT_NE(errors(", target: db").find("db"), std::string::npos);
  EXPECT_NE(errors(", target: other").find("must be a service"), std::string::npos);
  EXPECT_NE(errors(", target: web, cpu: 1ms").find("'cpu' needs a 'host'"), std::string::npos);
  EXPECT_NE(errors(", target: web, method: fair").find("unknown method 'fair'"), std::string::npos);
  EXPECT_NE(errors(", target: web, worker_connections: 1").find("worker_connections"), std::string::npos);
  EXPECT_EQ(errors(", target: web"), "");
}

}  // namespace
}  // namespace loadstone::test
