// Services and what stands before them behave as fidelity 7 says (docs/reference/fidelity.md, section front).
#include <gtest/gtest.h>

#include <tuple>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// A service on a host with many cores, with flows that run in it.
std::string web(const std::string& keys, const std::string& flows) {
  return "topology: t\nhosts: {box: {cores: 64}}\nresources:\n  web: {kind: service, host: box" + keys + "}\nflows:\n" +
         flows;
}

// 10 ms of CPU every 12.5 ms: nobody queues, each is inside for 100 ms, so 80 x 0.1 = 8 are inside on average.
TEST(FidelityFront, Behaviour1EightAreInsideAtEightyRequestsASecond) {
  const SeenRun seen(web("", flows_named({"go"}, "{cpu: 10ms}, {delay: 90ms}", "service: web, ")),
                     {{.count = 800, .every = "12500us"}});
  EXPECT_EQ(seen.sum_ms(), 800 * 100);
  EXPECT_EQ(seen.used_ms("web.requests"), 8 * 10'000);  // over the 10 s of arrivals
}

// 1,250 in 10 s are 2.5 s more than the loop can do: it works through them at 100/s, and the last one, which came at
// 9.992 s, is done at 12.5 + 0.09 s. Its waits (90 ms) bound nothing: 11/s would take 113 s.
TEST(FidelityFront, Behaviour1TheLoopCarriesAHundredASecond) {
  const SeenRun seen(web("", flows_named({"go"}, "{cpu: 10ms}, {delay: 90ms}", "service: web, ")),
                     {{.count = 1250, .every = "8ms"}});
  EXPECT_EQ(seen.max_ms(), 12'590 - 9'992);
  EXPECT_EQ(seen.used_ms("web.loop"), 12'500);
}

// A call that blocks the loop from 0 to 2 s. Who comes in between waits until then, 1 ms each; a health check with a
// timeout of 1 s fails after it, one that comes 500 ms before the end does not.
TEST(FidelityFront, Behaviour2ABlockingCallStallsTheWholeWorker) {
  const SeenRun seen(web("", flows_named({"slow"}, "{delay: 2s, blocking: true}", "service: web, ") +
                                 flows_named({"go"}, "{cpu: 1ms}", "service: web, ") +
                                 flows_named({"health", "late"}, "{cpu: 1ms}", "service: web, timeout: 1s, ")),
                     {{.flow = "slow"},
                      {.at = "100ms", .count = 10, .every = "100ms"},
                      {.flow = "health", .at = "150ms"},
                      {.flow = "late", .at = "1500ms"}});
  // Request i of the ten came at 100 + 100 i ms and is done at 2001 + i ms, one later from the second on: the health
  // check's work is done all the same, in its turn.
  EXPECT_EQ(seen.sum_ms(), 10 * 2001 + 45 + 9 - (10 * 100 + 100 * 45));
  EXPECT_EQ(seen.failed("timeout", "health"), 1u);
  EXPECT_EQ(seen.failed_after_ms("health"), 1000);
  EXPECT_EQ(seen.max_ms("late"), 512);  // 2012 - 1500
}

// 100 calls of a second at once and 40 threads. Of the 60 that wait those who came last are served first where anyio is
// older than 3.7, and last since: the last one ends at 2 s or at 3 s. It is the other way round for the 41st.
TEST(FidelityFront, Behaviour3FortyThreadsServeTheNewestOrTheOldestFirst) {
  for (const auto& [order, first_ms, last_ms] : {std::tuple{"lifo", 3000, 2000}, std::tuple{"fifo", 2000, 3000}}) {
    const SeenRun seen(web(", runtime: threads, threadpool_order: " + std::string(order),
                           flows_named({"go", "first", "last"}, "{delay: 1s}", "service: web, ")),
                       {{.count = 40}, {.flow = "first"}, {.count = 58}, {.flow = "last"}});
    EXPECT_EQ(seen.sum_ms() + seen.sum_ms("first") + seen.sum_ms("last"), 40 * 1000 + 40 * 2000 + 20 * 3000);
    EXPECT_EQ(seen.max_ms("first"), first_ms) << order;
    EXPECT_EQ(seen.max_ms("last"), last_ms) << order;
  }
}

// 50 clients have been answered at 0 and keep their connections. At 1 s no work runs, and a new one is refused. At 5 s
// the idle connections are closed (timeout_keep_alive): the next is served.
TEST(FidelityFront, Behaviour4IdleConnectionsUseUpTheLimitOfConcurrency) {
  const SeenRun seen(web(", limit_concurrency: 50, timeout_keep_alive: 5",
                         flows_named({"go", "early", "late"}, "{delay: 0s}", "service: web, ")),
                     {{.count = 50}, {.flow = "early", .at = "1s"}, {.flow = "late", .at = "5s"}});
  EXPECT_EQ(seen.completed(), 50u);
  EXPECT_EQ(seen.failed("service_unavailable", "early"), 1u);
  EXPECT_EQ(seen.completed("late"), 1u);
}

// Instances behind Nginx, each with room for one request. The first is killed at 100 s, and stays away.
std::vector<Arrivals> with_a_death(const std::vector<Arrivals>& more) {
  std::vector<Arrivals> all{{.flow = "long"}, {.at = "1s"}, {.flow = "kills", .at = "100s"}};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::string nginx(const std::string& instances) {
  return "topology: t\nresources:\n  gate: {kind: load_balancer, target: api}\n  api: {kind: service, boot: 1000s, "
         "memory: {idle: 0B, per_request: 1MiB, limit: 1MiB}, instances: " +
         instances + "}\nflows:\n" + flows_named({"go", "kills", "probe"}, "{delay: 1ms}", "service: gate, ") +
         flows_named({"long"}, "{delay: 1000s}", "service: gate, ");
}

// A request a second, in turn. That of 102 s meets the dead one and is served by the other; until 112 s all go there.
// The next turns are those of 113 and 114 s: another retry; and so on, each 12 s: 102, 114, .. , 246 s are 13. Nobody
// fails.
TEST(FidelityFront, Behaviour5ADeadUpstreamCostsARetryEachTenSeconds) {
  const SeenRun seen(nginx("2"), with_a_death({{.flow = "probe", .at = "101s", .count = 150, .every = "1s"}}));
  EXPECT_EQ(seen.completed("probe"), 150u);
  EXPECT_EQ(seen.marked("gate.next_upstream"), 13u);
}

// Where it is the only one it is tried each time, and each time in vain.
TEST(FidelityFront, Behaviour5ASingleUpstreamIsNeverSkipped) {
  const SeenRun seen(nginx("1"), {{.flow = "long"},
                                  {.flow = "kills", .at = "100s"},
                                  {.flow = "probe", .at = "101s", .count = 150, .every = "1s"}});
  EXPECT_EQ(seen.failed("unavailable", "probe"), 150u);
  EXPECT_EQ(seen.marked("gate.next_upstream"), 0u);
  EXPECT_EQ(seen.totals("api.memory").arrivals, 2u + 150);  // it was asked
}

std::string kong(const std::string& resources, const std::string& keys, const std::string& flow_keys = "") {
  return "topology: t\nresources:\n" + resources + "  gate: {kind: rate_limiter, " + keys + "}\nflows:\n" +
         flows_named({"go", "next"}, "{pass: gate}", flow_keys);
}

// Each of three nodes counts for itself: 80 of 240 come to each in a minute, 60 pass there.
TEST(FidelityFront, Behaviour6ThreeNodesLetThreeTimesTheLimitPass) {
  const SeenRun seen(kong("  node: {kind: service, instances: 3}\n", "minute: 60, in: node", "service: node, "),
                     {{.count = 240, .every = "250ms"}});
  EXPECT_EQ(seen.completed(), 180u);
  EXPECT_EQ(seen.failed("rate_limited"), 60u);
}

// 100 at 59 s and 100 at 60 s: 60 of each pass, 120 within a second.
TEST(FidelityFront, Behaviour6TwiceTheLimitPassesRoundTheEdgeOfAWindow) {
  const SeenRun seen(kong("", "minute: 60"),
                     {{.at = "59s", .count = 100}, {.flow = "next", .at = "60s", .count = 100}});
  EXPECT_EQ(seen.completed(), 60u);
  EXPECT_EQ(seen.completed("next"), 60u);
}

}  // namespace
}  // namespace loadstone::test
