// Whatever goes wrong, nothing is lost or doubled: a system with every kind that a fault can hit, under random faults
// whose edges collide with grants, completions and timeouts on purpose. Every run passes the engine's own check and the
// second opinion of conserved.hpp, and is the same when run again; what is over leaves nobody stuck.
#include <gtest/gtest.h>

#include <array>

#include "sim/random/keyed.hpp"
#include "tests/support/conserved.hpp"
#include "tests/support/model_from_text.hpp"

namespace loadstone::test {
namespace {

constexpr std::uint64_t kRuns = 160;

constexpr const char* kSystem = R"(
topology: everything
hosts: {vps: {cores: 2}}
resources:
  edge: {kind: load_balancer, target: api}
  api: {kind: service, host: vps, workers: 2}
  jobs: {kind: service, runtime: threads, threads: 2, boot: 50ms, memory: {idle: 9MiB, per_request: 1MiB, limit: 15MiB}}
  db: {kind: postgres, host: vps, connect: 5ms, fsync: 10ms, failover: 300ms}
  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, default_pool_size: 2, cpu: 1ms}
  pool: {kind: connection_pool, driver: asyncpg, in: api, server: db, min_size: 1, max_size: 2}
  slow_pool: {kind: connection_pool, driver: psycopg, server: db, min_size: 1, max_size: 2, timeout: 2s}
  thin_pool: {kind: connection_pool, driver: none, server: bouncer}
  redis: {kind: redis, host: vps, command_time: 1ms, rtt: 2ms}
  lock: {kind: redis_lock, server: redis, sleep: 20ms, timeout: 200ms}
  long_lock: {kind: redis_lock, server: redis, sleep: 20ms}
  clients: {kind: connection_pool, driver: redis_py, server: redis, max_connections: 2, blocking: true, timeout: 1}
  near: {kind: cache, of: redis, hit: 50%}
  kept: {kind: cache, of: redis, key: 1, item: 1kB, ttl: 500ms}
  local: {kind: cache, in: api, key: 1, ttl: 100ms, single_flight: true}
  gate: {kind: semaphore, size: 2, timeout: 500ms}
  desk: {kind: station, servers: 2, service: 20ms}
  shared: {kind: station, service: 10ms, discipline: processor_sharing}
  batch: {kind: station, service: 30ms, batch: {max: 3}}
flows:
  go:
    service: edge
    steps:
      - {cpu: 5ms}
      - {cache: near, miss: [{query: {pool: pool, cpu: 5ms, io: 5ms}}], on_error: {any: []}}
      - {cache: local, miss: [{cache: kept, miss: [{delay: 15ms}]}], on_error: {any: []}}
      - {visit: desk, retry: {max: 2, base: 40ms}, timeout: 100ms, on_error: {any: [{mark: gave_up}]}}
      - {call: inner, timeout: 300ms, on_error: {any: [{delay: 5ms}]}}
      - {lock: lock, do: [{hold: gate, do: [{visit: shared}, {delay: 10ms}]}], on_error: {any: []}}
  inner:
    service: jobs
    steps:
      - {parallel: {branches: [[{visit: batch}], [{query: {pool: slow_pool, cpu: 5ms, commit: true}}], [{delay: 25ms}]],
          wait: 2, rest: cancel}}
      - {hold: thin_pool, do: [{query: {cpu: 2ms, locks: [{row: 1}]}}, {delay: 15ms}, {query: {io: 5ms, commit: true}}]}
      - {query: {pool: clients}}
  tight:
    steps:
      - {hold: gate, do: [{parallel: [[{visit: desk}], [{lock: long_lock, do: [{delay: 30ms}]}]]}], timeout: 200ms}
)";

class Draws {
 public:
  explicit Draws(std::uint64_t number) : key_(combine(hash_text("random faults"), number)) {}
  std::uint64_t below(std::uint64_t bound) { return uniform_below(draw_of(key_, mix(count_++), 0), bound); }

 private:
  Key key_;
  std::uint64_t count_ = 0;
};

std::string random_faults(Draws& draws) {
  static constexpr std::array kTargets{"vps",   "edge", "api",  "jobs",   "db",   "bouncer",
                                       "redis", "gate", "desk", "shared", "batch"};
  static constexpr std::array kAny{"down", "errors(30%)", "partition", "killed", "restart"};
  std::string list;
  for (std::uint64_t i = 1 + draws.below(4); i > 0; --i) {
    const std::string target = kTargets[draws.below(kTargets.size())];
    std::string is = kAny[draws.below(kAny.size())];
    if (draws.below(5) == 0) {
      is = target == "db" ? "failover" : target == "gate" || target == "edge" ? "down" : "slow(x3)";
    }
    // multiples of 5 ms, as all times here are
    list += "{at: " + std::to_string(5 * (100 + draws.below(500))) + "ms, target: " + target + ", is: " + is +
            (is == "failover" ? "" : ", for: " + std::to_string(5 * (1 + draws.below(120))) + "ms") + "}" +
            (i > 1 ? ", " : "");
  }
  return list;
}

class RandomFaults : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomFaults, ConserveEndAndRepeat) {
  for (std::uint64_t number = GetParam(); number < GetParam() + 20; ++number) {
    Draws draws(number);
    const std::string workload =
        "workload: random\nwarmup: 0s\nscenarios:\n"
        "  a: {executor: constant-arrival-rate, exec: go, rate: 20/s, duration: 4s, arrival: even}\n"
        "  b: {executor: constant-arrival-rate, exec: {tight: 1, inner: 1}, rate: 20/s, duration: 4s, arrival: even}\n"
        "windows: {early: {at: 0s, for: 2s}}\nfaults: [" +
        random_faults(draws) + "]\n";
    SCOPED_TRACE("run " + std::to_string(number) + "\n" + workload);
    try {
      const load::Loaded loaded = model(kSystem, workload);
      const Observations once = run_once(loaded);
      const Observations again = run_once(loaded);
      EXPECT_TRUE(conserved(loaded.model, once));
      EXPECT_EQ(once.stopped, "");
      EXPECT_EQ(once.sampled_in_flight, 0u);
      EXPECT_EQ(once.fingerprint, again.fingerprint);
      EXPECT_EQ(once.events, again.events);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(TwentyFrom, RandomFaults, testing::Range(std::uint64_t{0}, kRuns, std::uint64_t{20}),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace loadstone::test
