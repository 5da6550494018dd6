// What happens to those inside when something dies, to what it remembers, and to connections. Instants by hand.
#include <gtest/gtest.h>

#include "tests/unit/engine/faulty_run.hpp"

namespace loadstone::test {
namespace {

// --- in line and served -------------------------------------------------------------------------------------------

// One has been served at 1 s; the second is half served and the third in line at 1.5 s.
TEST(Deaths, EndThoseServedAndThoseInLine) {
  const SeenRun run = faulty(kDeskOfASecond, {{.count = 3}, {.at = "2s"}, {.at = "2500ms"}},
                             "{at: 1500ms, for: 1s, target: desk, is: killed}");
  EXPECT_EQ(run.failed("connection_lost"), 2u);
  EXPECT_EQ(run.failed_after_ms(), 1500);
  EXPECT_EQ(run.failed("unavailable"), 1u);
  EXPECT_EQ(run.completed(), 2u);
  EXPECT_EQ(run.used_ms("desk"), 1000 + 500 + 1000);
}

// What ends at the instant of the death has ended; who is served from then on has not.
TEST(Deaths, ComeAfterTheCompletionsOfTheirInstant) {
  const SeenRun run = faulty(kDeskOfASecond, {{.count = 3}}, "{at: 1s, for: 1s, target: desk, is: killed}");
  EXPECT_EQ(run.completed(), 1u);
  EXPECT_EQ(run.failed("connection_lost"), 2u);
  EXPECT_EQ(run.failed_after_ms(), 1000);
  EXPECT_EQ(run.used_ms("desk"), 1000);
}

// At 1 s both the death and the timeout: the fault was there first.
TEST(Deaths, ComeBeforeTheTimeoutsOfTheirInstant) {
  const SeenRun run =
      faulty("resources: {desk: {kind: station, service: 5s}}\nflows: {go: {steps: [{visit: desk, timeout: 1s}]}}\n",
             {{.count = 2}}, "{at: 1s, for: 1s, target: desk, is: killed}");
  EXPECT_EQ(run.failed("connection_lost"), 2u);
}

// The error is like any other where the request is: attempts at 0 and 2 s (connection lost at 1 s, 1 s of pause).
TEST(Deaths, AreRetried) {
  const SeenRun run = faulty(
      "resources: {desk: {kind: station, service: 3s}}\n"
      "flows: {go: {steps: [{visit: desk, retry: {max: 1, base: 1s, errors: [connection_lost]}}]}}\n",
      {{.count = 1}}, "{at: 1s, for: 1s, target: desk, is: killed}");
  EXPECT_EQ(run.sum_ms(), 5000);
}

TEST(Deaths, EndWhateverServes) {
  const auto lost_after = [](const std::string& station) {
    const SeenRun run = faulty(
        "resources: {desk: {kind: station, service: 4s" + station + "}}\nflows: {go: {steps: [{visit: desk}]}}\n",
        {{.count = 3}}, "{at: 1s, for: 1s, target: desk, is: restart}");
    EXPECT_EQ(run.failed("connection_lost"), 3u) << station;
    return run.failed_after_ms();
  };
  EXPECT_EQ(lost_after(", servers: 2"), 1000);
  EXPECT_EQ(lost_after(", discipline: processor_sharing"), 1000);
  EXPECT_EQ(lost_after(", batch: {max: 2}"), 1000);
  EXPECT_EQ(lost_after(", preemptive: true, discipline: priority, priority: 1"), 1000);
  EXPECT_EQ(lost_after(", servers: 2, rate: [1, 0.5]"), 1000);
}

// --- holders ------------------------------------------------------------------------------------------------------

// The holder of a permit is in what dies: the scopes inside the hold are not asked, those outside are.
TEST(Deaths, EndWhoHoldsAUnit) {
  const SeenRun run = faulty(
      "resources: {gate: {kind: semaphore, size: 1}}\n"
      "flows: {go: {steps: [{hold: gate, do: [{delay: 10s, on_error: {any: [{mark: inside}]}}], "
      "on_error: {connection_lost: [{mark: outside}]}}]}}\n",
      {{.count = 2}}, "{at: 2s, for: 1s, target: gate, is: killed}");
  EXPECT_EQ(run.marked("inside"), 0u);
  EXPECT_EQ(run.marked("outside"), 2u);
  EXPECT_EQ(run.max_ms(), 2000);
  EXPECT_EQ(run.used_ms("gate"), 2000);
}

// The process dies with its requests: what others do for it is given up, and the caller sees the error.
TEST(Deaths, OfAServiceEndItsRequests) {
  const SeenRun run = faulty(
      "resources:\n  front: {kind: service}\n  back: {kind: service, workers: 2}\n"
      "  desk: {kind: station, servers: 4, service: 5s}\n"
      "flows:\n  go: {service: front, steps: [{call: inner, on_error: {connection_lost: [{mark: told}]}}]}\n"
      "  inner: {service: back, steps: [{parallel: [[{visit: desk}], [{delay: 7s}], [{visit: desk}]], "
      "retry: {max: 3, base: 1ms}}]}\n",
      {{.count = 2}}, "{at: 1s, for: 1s, target: back, is: killed}");
  EXPECT_EQ(run.marked("told"), 2u);
  EXPECT_EQ(run.max_ms(), 1000);
  EXPECT_EQ(run.failed("connection_lost", "inner"), 2u);
  EXPECT_EQ(run.used_ms("desk"), 4 * 1000);
  EXPECT_EQ(run.used_ms("back.requests"), 2 * 1000);
  EXPECT_EQ(run.totals("back.requests").in_use, 0);
}

// Who is in the process and in line for it, too, is in it: its own handlers die with it.
TEST(Deaths, OfAServiceEndWhoWaitsForItFromInside) {
  const SeenRun run = faulty(
      "resources: {api: {kind: service, runtime: threads, threads: 1}}\n"
      "flows:\n  go: {service: api, steps: [{call: inner, timeout: 100s, on_error: {any: [{mark: inside}]}}]}\n"
      "  inner: {service: api, steps: [{delay: 1s}]}\n",
      {{.count = 1}}, "{at: 1s, for: 1s, target: api, is: killed}");
  EXPECT_EQ(run.failed("connection_lost"), 1u);
  EXPECT_EQ(run.failed_after_ms(), 1000);
  EXPECT_EQ(run.marked("inside"), 0u);
}

// Whatever the process waits for is given up: a flush of the log too.
TEST(Deaths, OfAServiceLeaveAFlush) {
  const SeenRun run = faulty(
      "resources:\n  api: {kind: service}\n  db: {kind: postgres, connect: 0s, fsync: 5s}\n"
      "  pool: {kind: connection_pool, driver: asyncpg, in: api, server: db, min_size: 0, max_size: 1}\n"
      "flows: {go: {service: api, steps: [{query: {pool: pool, commit: true}}]}}\n",
      {{.count = 1}, {.at = "3s"}}, "{at: 1s, for: 1s, target: api, is: restart}");
  EXPECT_EQ(run.failed("connection_lost"), 1u);
  // The pool died with the process, so a new connection is opened at 3 s; the flush of 0 s ends at 5 s, the next at 10
  // s.
  EXPECT_EQ(run.totals("pool.connections").granted, 2u);
  EXPECT_EQ(run.sum_ms(), 7000);
}

// --- connections --------------------------------------------------------------------------------------------------

std::string pooled(const std::string& pool, const std::string& steps, const std::string& db = "") {
  return "resources:\n  db: {kind: postgres, connect: 100ms" + db + "}\n  pool: {kind: connection_pool, server: db, " +
         pool + "}\nflows:\n  go: {steps: [" + steps + "]}\n";
}

// The statement under way is lost at once; the commit too.
TEST(Deaths, OfAServerEndTheStatementsUnderWay) {
  const std::string asyncpg = "driver: asyncpg, min_size: 1, max_size: 1";
  const std::string fault = "{at: 1s, for: 1s, target: db, is: killed}";
  EXPECT_EQ(faulty(pooled(asyncpg, "{query: {pool: pool, io: 10s}}"), {{.count = 1}}, fault).failed_after_ms(), 1000);
  EXPECT_EQ(
      faulty(pooled(asyncpg, "{query: {pool: pool, cpu: 10s}}", ", cores: 1"), {{.count = 1}}, fault).failed_after_ms(),
      1000);
  const SeenRun commits = faulty(pooled(asyncpg, "{query: {pool: pool, commit: true}}", ", fsync: 5s"),
                                 {{.count = 1}, {.at = "2s"}}, fault);
  EXPECT_EQ(commits.failed("connection_lost"), 1u);
  EXPECT_EQ(commits.failed_after_ms(), 1000);
}

// A connection that is idle in its holder's hand is found dead at its next use, even when the server is back; it is
// closed when it is given back, and the next request opens another (100 ms) for its 1 s.
TEST(Deaths, OfAServerAreFoundOutAtTheNextUse) {
  const SeenRun run =
      faulty(pooled("driver: none", "{hold: pool, do: [{query: {io: 500ms}}, {delay: 3s}, {query: {io: 500ms}}]}"),
             {{.count = 1}, {.at = "5s"}}, "{at: 1s, for: 1s, target: db, is: killed}");
  EXPECT_EQ(run.failed("connection_lost"), 1u);
  EXPECT_EQ(run.failed_after_ms(), 100 + 500 + 3000);
  EXPECT_EQ(run.sum_ms(), 100 + 500 + 3000 + 500);
  EXPECT_EQ(run.totals("pool.connections").completed, 2u);
  EXPECT_EQ(run.used_ms("db.slots"), 1000 + 4100);  // free at the death; the second from 5 s to 9.1 s
}

// The idle ones are closed: three of them occupy the server until 1 s, one that is opened from 2 s on.
TEST(Deaths, OfAServerCloseIdleConnections) {
  const SeenRun run = faulty(pooled("driver: asyncpg, min_size: 3, max_size: 3, max_inactive_connection_lifetime: 0",
                                    "{query: {pool: pool, io: 900ms}}"),
                             {{.at = "2s"}}, "{at: 1s, for: 1s, target: db, is: restart}", "", "10s");
  EXPECT_EQ(run.sum_ms(), 1000);
  EXPECT_EQ(run.totals("pool.connections").completed, 3u);
  EXPECT_EQ(run.totals("db.slots").in_use, 1);
}

// psycopg's pool opens one at a time: refused at 1.5 s, asked again after 1 s, open at 2.6 s, served for 1 s.
TEST(Deaths, OfAServerAreRiddenOutByAPoolThatAsksAgain) {
  const SeenRun run = faulty(pooled("driver: psycopg, min_size: 1", "{query: {pool: pool, io: 1s}}"),
                             {{.at = "1500ms"}}, "{at: 1s, for: 1s, target: db, is: restart}");
  EXPECT_EQ(run.sum_ms(), 2100);
}

// PgBouncer's clients lose their connections to it, and Postgres has its slots back.
TEST(Deaths, OfAPoolerFreeTheServerBehindIt) {
  const SeenRun run = faulty(
      "resources:\n  db: {kind: postgres, connect: 0s}\n"
      "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, cpu: 0s}\n"
      "  pool: {kind: connection_pool, driver: none, server: bouncer}\n"
      "flows: {go: {steps: [{hold: pool, do: [{query: {io: 500ms}}, {delay: 2s}, {query: {io: 500ms}}]}]}}\n",
      {{.count = 1}}, "{at: 1s, for: 500ms, target: bouncer, is: killed}");
  EXPECT_EQ(run.failed("connection_lost"), 1u);
  EXPECT_EQ(run.failed_after_ms(), 2500);
  EXPECT_EQ(run.used_ms("db.slots"), 1000);
}

// --- what is remembered -------------------------------------------------------------------------------------------

std::string locked(const std::string& keys) {
  return "resources:\n  redis: {kind: redis, command_time: 1ms" + keys +
         "}\n  lock: {kind: redis_lock, server: redis, sleep: 1s}\n"
         "flows:\n  first: {steps: [{lock: lock, do: [{delay: 10s}]}]}\n"
         "  go: {steps: [{lock: lock, do: [{delay: 1s}]}]}\n";
}

// The key is gone with the memory of the server: the second is in at 3.001 s, beside the first, which finds out when it
// comes to release it.
TEST(Deaths, ForgetKeys) {
  const SeenRun run =
      faulty(locked(""), {{.flow = "first"}, {.at = "3s"}}, "{at: 1s, for: 1s, target: redis, is: killed}");
  EXPECT_EQ(run.sum_ms(), 1 + 1000 + 1);
  EXPECT_EQ(run.marked("lock.lock_not_owned"), 1u);
  EXPECT_EQ(run.used_ms("lock"), 999 + 1001);
  EXPECT_EQ(run.used_ms("lock.overlap"), 1001);
}

// A restart keeps them: the first has it until 10.002 s. The second asks at 3 s and every 1.001 s: the eighth time, at
// 3 + 7 x 1.001 = 10.007 s, it is free.
TEST(Deaths, OfARestartForgetNothing) {
  const SeenRun run =
      faulty(locked(""), {{.flow = "first"}, {.at = "3s"}}, "{at: 1s, for: 1s, target: redis, is: restart}");
  EXPECT_EQ(run.sum_ms(), 7007 + 1 + 1000 + 1);
  EXPECT_EQ(run.marked("lock.lock_not_owned"), 0u);
}

// A transaction ends with the server: from 2 s on the row is free, though who had locked it is still at its pause and
// finds out at 10 s. Who waited for the row has failed at 1 s.
TEST(Deaths, OfAServerEndItsTransactions) {
  const SeenRun run = faulty(
      "resources:\n  db: {kind: postgres, connect: 0s}\n  pool: {kind: connection_pool, driver: none, server: db}\n"
      "flows:\n"
      "  first: {steps: [{hold: pool, do: [{query: {locks: [{row: 1}]}}, {delay: 10s}, {query: {io: 1s}}]}]}\n"
      "  go: {steps: [{query: {pool: pool, io: 500ms, locks: [{row: 1}]}}]}\n",
      {{.flow = "first"}, {.at = "500ms"}, {.at = "2s"}, {.at = "3s"}}, "{at: 1s, for: 1s, target: db, is: restart}");
  EXPECT_EQ(run.failed("connection_lost"), 1u);
  EXPECT_EQ(run.failed_after_ms(), 500);
  EXPECT_EQ(run.completed(), 2u);
  EXPECT_EQ(run.max_ms(), 500);
  EXPECT_EQ(run.failed("connection_lost", "first"), 1u);
  EXPECT_EQ(run.failed_after_ms("first"), 10000);
  EXPECT_EQ(run.used_ms("db.locks"), 1000 + 2 * 500);
  EXPECT_EQ(run.totals("db.locks").in_use, 0);
}

// The one key is missed at 0 and found at 4 s, unless it is gone with the memory of the server.
TEST(Deaths, ForgetWhatIsCached) {
  const auto misses = [](const std::string& is) {
    const SeenRun run = faulty(
        "resources:\n  redis: {kind: redis, command_time: 1ms}\n  near: {kind: cache, of: redis, key: 1, item: 1kB}\n"
        "flows: {go: {steps: [{cache: near, miss: []}]}}\n",
        {{}, {.at = "4s"}}, "{at: 1s, for: 1s, target: redis, is: " + is + "}");
    EXPECT_EQ(run.totals("redis.memory").in_use, 1000) << is;
    return run.marked("near.miss");
  };
  EXPECT_EQ(misses("killed"), 2u);
  EXPECT_EQ(misses("restart"), 1u);
  EXPECT_EQ(misses("down"), 1u);
}

// What is cached in a process is gone with the process, however it ends.
TEST(Deaths, OfAProcessForgetWhatItCaches) {
  for (const std::string is : {"killed", "restart"}) {
    const SeenRun run = faulty(
        "resources:\n  api: {kind: service, workers: 2}\n  near: {kind: cache, in: api, key: 1}\n"
        "flows: {go: {service: api, steps: [{cache: near, miss: []}]}}\n",
        {{.count = 4, .every = "100ms"}, {.at = "4s", .count = 4, .every = "100ms"}},
        "{at: 1s, for: 1s, target: api, is: " + is + "}");
    EXPECT_EQ(run.marked("near.miss"), 4u) << is;
    EXPECT_EQ(run.marked("near.hit"), 4u) << is;
  }
}

// A pool of clients: nobody opens a connection to a server that is down; the one that was lent is found dead.
TEST(Deaths, OfARedisEndItsClients) {
  const SeenRun run = faulty(
      "resources:\n  redis: {kind: redis, command_time: 100ms}\n"
      "  pool: {kind: connection_pool, server: redis, driver: redis_py}\n"
      "flows:\n  first: {steps: [{hold: pool, do: [{query: {}}, {delay: 5s}, {query: {}}]}]}\n"
      "  go: {steps: [{query: {pool: pool}}]}\n",
      {{.flow = "first"}, {.at = "1500ms"}, {.at = "3s"}}, "{at: 1s, for: 1s, target: redis, is: killed}");
  EXPECT_EQ(run.failed("connection_lost", "first"), 1u);
  EXPECT_EQ(run.failed_after_ms("first"), 100 + 5000);
  EXPECT_EQ(run.failed("unavailable"), 1u);
  EXPECT_EQ(run.sum_ms(), 100);
}

// --- failover -----------------------------------------------------------------------------------------------------

// A read every 100 ms: the first that works again comes 1 to 4 s after the 5 s in which the Sentinels are silent.
TEST(Deaths, EndWithAFailoverOfTheKindsOwnTime) {
  const std::string topology =
      "resources:\n  redis: {kind: redis, mode: sentinel, down-after-milliseconds: 5000}\n"
      "  near: {kind: cache, of: redis, hit: 100%}\nflows: {go: {steps: [{cache: near, miss: []}]}}\n";
  const SeenRun run =
      faulty(topology, {{.count = 600, .every = "100ms"}}, "{at: 10s, target: redis, is: failover}", "", "60s");
  EXPECT_GE(run.failed("unavailable"), 60u);
  EXPECT_LE(run.failed("unavailable"), 90u);
  EXPECT_EQ(run.completed() + run.failed("unavailable"), 600u);
}

TEST(Deaths, OfPostgresEndWhenTheStandbyHasTakenOver) {
  const SeenRun run = faulty(pooled("driver: none", "{query: {pool: pool, io: 1ms}}", ", failover: 20s"),
                             {{.count = 100, .every = "1s"}}, "{at: 10s, target: db, is: failover}");
  EXPECT_EQ(run.failed("unavailable"), 20u);  // from 10 s on and before 30 s
}

// The fault's own time comes first.
TEST(Deaths, OfAFailoverLastAsLongAsTheFaultSays) {
  const SeenRun run = faulty(pooled("driver: none", "{query: {pool: pool, io: 1ms}}", ", failover: 20s"),
                             {{.count = 100, .every = "1s"}}, "{at: 10s, for: 5s, target: db, is: failover}");
  EXPECT_EQ(run.failed("unavailable"), 5u);
}

}  // namespace
}  // namespace loadstone::test
