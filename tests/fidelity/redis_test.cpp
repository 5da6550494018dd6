// Redis and its locks behave as fidelity 4 says (docs/reference/fidelity.md, section redis).
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

std::string locked(const std::string& redis_keys, const std::string& lock_keys, const std::string& flows) {
  return "topology: t\nresources:\n  redis: {kind: redis" + redis_keys +
         "}\n  mutex: {kind: redis_lock, server: redis" + lock_keys + "}\nflows:\n" + flows;
}

// The first has the key from 0, works for 8 s and loses it at 5 s. The second asks at 37 ms and every 100 ms: at 5.037
// s it is in. Both are inside until 8 s; the release at 8 s finds another's key. The second lets go at 5.137 s.
TEST(FidelityRedis, Behaviour1WorkThatIsLongerThanTheTimeToLiveOverlaps) {
  const SeenRun seen(locked(", command_time: 0us", ", timeout: 5, sleep: 0.1",
                            "  first: {steps: [{lock: mutex, do: [{delay: 8s}]}]}\n"
                            "  second: {steps: [{lock: mutex, do: [{mark: inside}, {delay: 8s}]}]}\n"),
                     {{.flow = "first"}, {.flow = "second", .at = "37ms"}});
  EXPECT_EQ(seen.max_ms("second"), 5000 + 8000);  // came at 0.037, was in at 5.037
  EXPECT_EQ(seen.totals("mutex.overlap").completed, 1u);
  EXPECT_EQ(seen.used_ms("mutex.overlap"), 8000 - 5037);
  EXPECT_EQ(seen.marked("mutex.lock_not_owned"), 2u);  // the second one's own key is gone at 10.037 s
}

// 20 users who want the lock for 1 s each and come back 100 to 300 ms later: 19 poll it. The way to Redis takes a
// random 2 ms, so the order of their polls is shuffled while somebody works. The next poll after a release comes after
// 100 ms / 20 on average. Who wins is drawn from 19, so that waits are spread like a lottery's: with mean 19 s, a half
// of them below 0.69 of it, and one of a hundred above 4.6 means. In a line nobody would wait longer than 19 s or so.
TEST(FidelityRedis, Behaviour2PollersWinByChanceAndTheLockIsHardlyIdle) {
  const SeenRun seen(
      model(locked(", command_time: 10us, rtt: exponential(4ms)", ", sleep: 0.1",
                   "  go: {steps: [{lock: mutex, do: [{delay: 1s}]}]}\n"),
            "workload: w\nwarmup: 0s\nduration: 2000s\nscenarios: {s: {executor: constant-vus, exec: go, "
            "vus: 20, duration: 2000s, thinkTime: uniform(100ms; 300ms)}}\n"));
  const ResourceObservations& mutex = seen.row("mutex");
  const Totals window = mutex.meter.at_edge.back() - mutex.meter.at_edge.front();  // without the drain
  const double held_s = to_double(window.in_use_area) * 1e-9;
  const auto grants = static_cast<double>(window.granted);
  EXPECT_LT(grants / 2000, 1.0);
  EXPECT_GT(grants / 2000, 0.98);
  EXPECT_LT((2000 - held_s) / grants, 0.010);
  EXPECT_GT((2000 - held_s) / grants, 0.002);
  const double mean = mutex.meter.wait.mean();
  EXPECT_NEAR(mean * 1e-9, 19, 1.5);
  EXPECT_LT(static_cast<double>(mutex.meter.wait.quantile(0.5)), 0.8 * mean);
  EXPECT_GT(static_cast<double>(mutex.meter.wait.quantile(0.99)), 3.5 * mean);
}

// A script of 200 ms at 0, GETs of 10 us at 0.5, 1.5, .. ms. GET i waits until the script and the i before it are done:
// 200 + 0.01 i - (0.5 + i) ms, as long as that is above 0: 202 of them, up to i = 201.
TEST(FidelityRedis, Behaviour3AScriptDelaysAllWhoComeWhileItRuns) {
  const SeenRun seen(
      "topology: t\nresources: {redis: {kind: redis, command_time: 10us}}\nflows:\n"
      "  script: {steps: [{visit: {station: redis, service: 200ms}}]}\n"
      "  go: {steps: [{visit: redis}]}\n",
      {{.flow = "script"}, {.at = "500us", .count = 400, .every = "1ms"}});
  const Meter& loop = seen.row("redis.cpu").meter;
  EXPECT_EQ(seen.totals("redis.cpu").waited, 202u);
  EXPECT_EQ(loop.wait.max(), 199'500'000);
  EXPECT_EQ(loop.wait_sum, Int128{202} * 199'500'000 - Int128{990'000} * (201 * 202 / 2));
}

// 200 products of 1 kB, all looked up alike, in a Redis of 100 kB: 101 fit in.
SeenRun full_redis(const std::string& keys) {
  return SeenRun(model("topology: t\npopulations: {product: {count: 200}}\nresources:\n  redis: {kind: redis" + keys +
                           "}\n  products: {kind: cache, of: redis, key: $request.product, item: 1kB}\n"
                           "flows:\n  go: {steps: [{cache: products, miss: [{mark: set}]}]}\n",
                       arrivals_at({{.count = 5000, .attributes = "product: uniform", .every = "10ms"}})));
}

// The first 101 products are there for good. Reads of them are served; every other lookup ends with a SET that fails.
TEST(FidelityRedis, Behaviour4WithNoevictionWritesFailAndReadsAreServed) {
  const SeenRun seen = full_redis(", maxmemory: 100kB");
  EXPECT_EQ(seen.marked("products.hit"), seen.completed() - 101);
  EXPECT_EQ(seen.failed("out_of_memory"), seen.marked("set") - 101);
  EXPECT_EQ(seen.text_of("out_of_memory"), "OOM command not allowed when used memory > 'maxmemory'.");
  EXPECT_EQ(seen.totals("redis.memory").in_use, 101'000);
}

// No write fails; each that comes to a full memory evicts one, and 101 of 200 are found, where all 200 were without a
// limit. The standard deviation of 5,000 is 35; some 50 more miss while it fills.
TEST(FidelityRedis, Behaviour4WithAllkeysLruWritesEvictAndFewerAreFound) {
  const SeenRun seen = full_redis(", maxmemory: 100kB, maxmemory-policy: allkeys-lru");
  EXPECT_EQ(seen.completed(), 5000u);
  EXPECT_EQ(seen.marked("redis.evicted_keys"), seen.marked("set") - 101);
  EXPECT_NEAR(static_cast<double>(seen.marked("products.hit")), 5000 * 101.0 / 200 - 50, 5 * 35);
  EXPECT_EQ(full_redis("").marked("products.hit"), 4800u);
}

// 150 commands that take 1 s of the loop each are sent at once through a pool.
SeenRun pooled(const std::string& keys) {
  return SeenRun(
      "topology: t\nresources:\n  redis: {kind: redis}\n  pool: {kind: connection_pool, driver: redis_py, server: "
      "redis" +
          keys + "}\nflows:\n  go: {steps: [{query: {pool: pool, cpu: 1s}}]}\n",
      {{.count = 150}});
}

// 100 find a connection and wait for the loop; 50 do not, and fail at once.
TEST(FidelityRedis, Behaviour6WithoutAConnectionACommandFailsAtOnce) {
  const SeenRun seen = pooled("");
  EXPECT_EQ(seen.failed("too_many_requests"), 50u);
  EXPECT_EQ(seen.failed_after_ms(), 0);
  EXPECT_EQ(seen.completed(), 100u);
  EXPECT_EQ(seen.totals("pool").waited, 0u);
  EXPECT_EQ(seen.text_of("too_many_requests"), "MaxConnectionsError: Too many connections");
  EXPECT_EQ(seen.totals("redis.clients").in_use, 100);
}

// 50 find one. One of them is done each second and lends its connection to the longest waiting, until 20 s have passed:
// at 20 s the twentieth (its command ends by then, a completion before an expiry). The other 80 fail then.
TEST(FidelityRedis, Behaviour6ABlockingPoolWaitsForTwentySeconds) {
  const SeenRun seen = pooled(", blocking: true");
  EXPECT_EQ(seen.completed(), 50u + 20u);
  EXPECT_EQ(seen.failed("pool_timeout"), 80u);
  EXPECT_EQ(seen.failed_after_ms(), 20'000);
  EXPECT_EQ(seen.text_of("pool_timeout"), "ConnectionError: No connection available.");
}

// A command every 100 ms from the death of the master at 10 s on: that many fail as come before the first that works,
// in each of 20 runs. The runs differ: when the Sentinels ask and elect is chance.
TEST(FidelityRedis, Behaviour5SentinelReplacesAMasterSomeSecondsAfterItIsTakenForDown) {
  const auto failures = [](const std::string& keys) {
    const load::Loaded loaded = model("topology: t\nresources: {redis: {kind: redis, mode: sentinel" + keys +
                                          "}}\nflows: {go: {steps: [{visit: redis}]}}\n",
                                      arrivals_at({{.at = "10s", .count = 600, .every = "100ms"}}, "70s") +
                                          "faults: [{at: 10s, target: redis, is: failover}]\n");
    std::set<std::uint64_t> numbers;
    for (const Observations& o : run_all(loaded, 20)) {
      numbers.insert(o.flows.front().errors[error_of(loaded.model, "unavailable")]);
    }
    return numbers;
  };
  const std::set<std::uint64_t> usual = failures("");
  EXPECT_GE(*usual.begin(), 310u);
  EXPECT_LE(*usual.rbegin(), 450u);
  EXPECT_GT(usual.size(), 1u);
  const std::set<std::uint64_t> quick = failures(", down-after-milliseconds: 5000");
  EXPECT_GE(*quick.begin(), 60u);
  EXPECT_LE(*quick.rbegin(), 200u);
}

}  // namespace
}  // namespace loadstone::test
