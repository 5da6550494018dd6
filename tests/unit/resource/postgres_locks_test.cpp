// Row locks and what bounds a statement, of the kind `postgres`.
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// Fifty open connections; `flows` are lines of flows_named().
std::string locking(const std::string& flows, const std::string& keys = "") {
  return "topology: t\nresources:\n  db: {kind: postgres" + keys +
         "}\n  pool: {kind: connection_pool, driver: psycopg, server: db, min_size: 50}\nflows:\n" + flows;
}

// A lone query of 10 ms that locks row 1 of the table in that mode.
std::string query(const std::string& name, const std::string& mode, const std::string& io = "10ms") {
  return flows_named({name}, "{query: {pool: pool, io: " + io + ", locks: [{row: 1, mode: " + mode + "}]}}");
}

// --- who waits for whom -------------------------------------------------------------------------------------------

TEST(PostgresLocks, WaitForTheModesThatConflict) {
  const std::vector<std::string> modes{"key_share", "share", "no_key_update", "update"};
  const std::vector<std::string> waits{"...x", "..xx", ".xxx", "xxxx"};  // by what is asked for, then held
  for (std::size_t asked = 0; asked < modes.size(); ++asked) {
    for (std::size_t held = 0; held < modes.size(); ++held) {
      const SeenRun seen(locking(query("a", modes[held]) + query("b", modes[asked])), {{.flow = "a"}, {.flow = "b"}});
      EXPECT_EQ(seen.max_ms("b"), waits[asked][held] == 'x' ? 20 : 10) << modes[asked] << " while " << modes[held];
    }
  }
}

// a shares the row until 10 ms; b wants it alone and has it until 20; c would share it with a and waits behind b.
TEST(PostgresLocks, AreGivenFirstComeFirstServed) {
  const SeenRun seen(
      locking(query("a", "share") + query("b", "update") + query("c", "share") + query("d", "share")),
      {{.flow = "a"}, {.flow = "b", .at = "1ms"}, {.flow = "c", .at = "2ms"}, {.flow = "d", .at = "3ms"}});
  EXPECT_EQ(seen.max_ms("b"), 19);
  EXPECT_EQ(seen.max_ms("c"), 28);
  EXPECT_EQ(seen.max_ms("d"), 27);  // c and d share it
  EXPECT_EQ(seen.totals("db.locks").waited, 3u);
  EXPECT_EQ(seen.used_ms("db.locks"), 4 * 10);
}

// b gives up at 5 ms: c shares the row with a from then on.
TEST(PostgresLocks, LetInWhoWaitedBehindOneThatGaveUp) {
  const SeenRun seen(locking(query("a", "share") + query("b", "update") + query("c", "share"), ", lock_timeout: 5"),
                     {{.flow = "a"}, {.flow = "b"}, {.flow = "c", .at = "2ms"}});
  EXPECT_EQ(seen.failed("lock_not_available", "b"), 1u);
  EXPECT_EQ(seen.max_ms("c"), 3 + 10);
}

TEST(PostgresLocks, AreOfARowOfATable) {
  const auto lock = [](const std::string& name, const std::string& what) {
    return flows_named({name}, "{query: {pool: pool, io: 10ms, locks: [{" + what + "}]}}");
  };
  const SeenRun seen(locking(lock("a", "row: 1") + lock("b", "row: 2") + lock("c", "table: other, row: 1") +
                             lock("d", "table: other, row: $request.x")),
                     {{.flow = "a"},
                      {.flow = "b"},
                      {.flow = "c"},
                      {.flow = "d", .attributes = "x: integer(1; 1)"},
                      {.flow = "d", .at = "100ms", .attributes = "x: integer(2; 2)"}});
  EXPECT_EQ(seen.max_ms("a"), 10);
  EXPECT_EQ(seen.max_ms("b"), 10);
  EXPECT_EQ(seen.max_ms("c"), 10);
  EXPECT_EQ(seen.sum_ms("d"), 20 + 10);
}

// --- how long -----------------------------------------------------------------------------------------------------

std::string transaction(const std::string& name, const std::string& queries) {
  return flows_named({name}, "{hold: pool, do: [" + queries + "]}");
}

// Taken at 5 ms, given back when the transaction ends at 120; without a transaction when the query ends at 15.
TEST(PostgresLocks, AreHeldToTheEndOfTheTransaction) {
  const std::string queries = "{query: {io: 5ms}}, {query: {io: 10ms, locks: [{row: 1}]}}, {delay: 105ms}";
  const std::string alone = flows_named({"alone"}, "{hold: {pool: pool, transaction: false}, do: [" + queries + "]}");
  const auto with = [&](const std::string& first) {
    return SeenRun(locking(transaction("all", queries) + alone + query("b", "update")),
                   {{.flow = first}, {.flow = "b", .at = "6ms"}});
  };
  EXPECT_EQ(with("all").max_ms("b"), 114 + 10);
  EXPECT_EQ(with("alone").max_ms("b"), 9 + 10);
}

// Through PgBouncer, too.
TEST(PostgresLocks, AreHeldToTheEndOfATransactionThroughAPooler) {
  const SeenRun seen(
      "topology: t\nresources:\n  db: {kind: postgres, connect: 0ms}\n"
      "  b: {kind: pgbouncer, server: db, pool_mode: transaction, cpu: 0us}\n"
      "  pool: {kind: connection_pool, driver: psycopg, server: b}\nflows:\n" +
          transaction("a", "{query: {locks: [{row: 1}]}}, {delay: 50ms}") + query("b", "update"),
      {{.flow = "a"}, {.flow = "b", .at = "1ms"}});
  EXPECT_EQ(seen.max_ms("b"), 49 + 10);
}

// The same row again takes nothing; the stronger lock is had at once by who is the only one to share it, before b.
TEST(PostgresLocks, AreMadeStrongerBeforeOthersGetTheirs) {
  const std::string stronger =
      "{query: {io: 10ms, locks: [{row: 1, mode: share}]}}, {query: {io: 10ms, locks: [{row: 1, mode: update}, "
      "{row: 1, mode: share}]}}";
  const SeenRun seen(locking(transaction("a", stronger) + query("b", "update")),
                     {{.flow = "a"}, {.flow = "b", .at = "1ms"}});
  EXPECT_EQ(seen.max_ms("a"), 20);
  EXPECT_EQ(seen.max_ms("b"), 19 + 10);
  EXPECT_EQ(seen.totals("db.locks").arrivals, 3u);
  // with another who shares it until 15 ms, a waits for that one only
  const SeenRun shared(locking(transaction("a", stronger) + query("b", "update") + query("c", "share", "15ms")),
                       {{.flow = "a"}, {.flow = "c"}, {.flow = "b", .at = "1ms"}});
  EXPECT_EQ(shared.max_ms("a"), 15 + 10);
  EXPECT_EQ(shared.max_ms("b"), 24 + 10);
}

TEST(PostgresLocks, AreGivenBackByWhoFails) {
  const std::string fails = "{query: {io: 10ms, locks: [{row: 1}]}}, {fail: oops}";
  const SeenRun seen(locking(transaction("a", fails) + query("b", "update")), {{.flow = "a"}, {.flow = "b"}});
  EXPECT_EQ(seen.failed("oops", "a"), 1u);
  EXPECT_EQ(seen.max_ms("b"), 20);
  EXPECT_EQ(seen.totals("db.locks").in_use, 0);
}

// --- lock_timeout -------------------------------------------------------------------------------------------------

// a has row 1 until 30 ms, b row 2 until 60; each wait of c is shorter than 35 ms.
TEST(PostgresLocks, HaveATimeoutForEachOfThem) {
  const std::string flows = transaction("a", "{query: {io: 30ms, locks: [{row: 1}]}}") +
                            transaction("b", "{query: {io: 60ms, locks: [{row: 2}]}}") +
                            transaction("c", "{query: {io: 1ms, locks: [{row: 1}, {row: 2}]}}");
  const SeenRun seen(locking(flows, ", lock_timeout: 35ms"), {{.flow = "a"}, {.flow = "b"}, {.flow = "c"}});
  EXPECT_EQ(seen.max_ms("c"), 61);
}

// The commit's flush, CPU work and the like end before a timeout of their instant, io after it.
TEST(PostgresLocks, GivenBackWhenAWaitEndsAreInTimeAfterAFlushAndTooLateAfterIo) {
  const auto with = [](const std::string& work) {
    return SeenRun(locking(transaction("a", "{query: {" + work + ", locks: [{row: 1}]}}") + query("b", "update"),
                           ", fsync: 20ms, lock_timeout: 20"),
                   {{.flow = "a"}, {.flow = "b"}});
  };
  EXPECT_EQ(with("commit: true").max_ms("b"), 30);
  EXPECT_EQ(with("io: 20ms").failed("lock_not_available", "b"), 1u);
}

// --- deadlocks ----------------------------------------------------------------------------------------------------

// Three in a circle; the victim is who has waited longest, and the others go on one after the other.
TEST(PostgresLocks, AreTakenFromOneOfACircle) {
  const auto pair = [](const std::string& name, const std::string& first, const std::string& second) {
    return transaction(name, "{query: {io: 10ms, locks: [{row: " + first +
                                 "}]}}, {query: {io: 10ms, locks: [{row: " + second + "}]}}");
  };
  const std::string flows = pair("a", "1", "2") + pair("b", "2", "3") + pair("c", "3", "1");
  const SeenRun seen(locking(flows, ", deadlock_timeout: 500"), {{.flow = "a"}, {.flow = "b"}, {.flow = "c"}});
  EXPECT_EQ(seen.failed("deadlock_detected", "a"), 1u);
  EXPECT_EQ(seen.failed_after_ms("a"), 510);
  EXPECT_EQ(seen.max_ms("c"), 520);
  EXPECT_EQ(seen.max_ms("b"), 530);
}

// Two share a row and both want it alone.
TEST(PostgresLocks, AreADeadlockOfTwoWhoShareARowAndUpdateIt) {
  const std::string flows = flows_named({"a", "b"},
                                        "{hold: pool, do: [{query: {io: 10ms, locks: [{row: 1, mode: share}]}}, "
                                        "{query: {io: 10ms, locks: [{row: 1}]}}]}");
  const SeenRun seen(locking(flows), {{.flow = "a"}, {.flow = "b", .at = "1ms"}});
  EXPECT_EQ(seen.failed("deadlock_detected", "a"), 1u);
  EXPECT_EQ(seen.failed_after_ms("a"), 1010);
  EXPECT_EQ(seen.max_ms("b"), 1009 + 10);
}

// A long wait is no deadlock, nor is one for somebody who waits for something else.
TEST(PostgresLocks, AreNoDeadlockForHavingBeenWaitedForLong) {
  const std::string flows = transaction("a", "{query: {io: 10s, locks: [{row: 1}]}}") +
                            transaction("b", "{query: {locks: [{row: 2}]}}, {query: {io: 1s, locks: [{row: 1}]}}") +
                            query("c", "update") + transaction("d", "{query: {io: 1s, locks: [{row: 2}]}}");
  const SeenRun seen(locking(flows), {{.flow = "a"}, {.flow = "b"}, {.flow = "c"}, {.flow = "d"}});
  EXPECT_EQ(seen.max_ms("b"), 11'000);
  EXPECT_EQ(seen.max_ms("c"), 11'010);
  EXPECT_EQ(seen.max_ms("d"), 12'000);
}

// Where both end at one instant, it is the lock's timeout.
TEST(PostgresLocks, FailByTheirTimeoutAtTheInstantOfTheSearch) {
  const std::string flows = flows_named({"a", "b"},
                                        "{hold: pool, do: [{query: {locks: [{row: $request.x}]}}, {delay: 10ms}, "
                                        "{query: {locks: [{row: $request.y}]}}]}");
  const auto with = [&](const std::string& keys) {
    return SeenRun(locking(flows, keys), {{.flow = "a", .attributes = "x: integer(1; 1), y: integer(2; 2)"},
                                          {.flow = "b", .attributes = "x: integer(2; 2), y: integer(1; 1)"}});
  };
  EXPECT_EQ(with(", lock_timeout: 1s").failed("lock_not_available", "a"), 1u);
  EXPECT_EQ(with(", lock_timeout: 1001").failed("deadlock_detected", "a"), 1u);
}

// A circle through a pool is none of row locks: the run says that it is stuck.
TEST(PostgresLocks, AreNotSeenInACircleThroughAPool) {
  const auto m = model(
      "topology: t\nresources:\n  db: {kind: postgres, connect: 0ms}\n"
      "  pool: {kind: connection_pool, driver: asyncpg, server: db, max_size: 2}\nflows:\n" +
          transaction("a", "{query: {io: 10ms, locks: [{row: 1}]}}, {query: {pool: pool, new: true}}") +
          transaction("b", "{query: {io: 10ms, locks: [{row: 1}]}}"),
      arrivals_at({{.flow = "a"}, {.flow = "b"}}));
  EXPECT_NE(run_once(m).stopped.find("deadlock"), std::string::npos);
}

// --- clients that give up, statements that take too long ----------------------------------------------------------

// The client leaves at 5 ms; the server waits on, has the row from 20 to 30 ms, and c gets it then.
TEST(PostgresLocks, AreWaitedForByAServerWhoseClientHasGone) {
  const std::string flows =
      query("a", "update", "20ms") + query("c", "update") +
      flows_named({"b"}, "{query: {pool: pool, io: 10ms, locks: [{row: 1}]}, timeout: 5ms}") +
      flows_named({"told"},
                  "{query: {pool: pool, io: 10ms, locks: [{row: 1}]}, timeout: 5ms, cancel_propagates: inline}");
  const auto with = [&](const std::string& second) {
    return SeenRun(locking(flows), {{.flow = "a"}, {.flow = second}, {.flow = "c", .at = "6ms"}});
  };
  const SeenRun gone = with("b");
  EXPECT_EQ(gone.failed_after_ms("b"), 5);
  EXPECT_EQ(gone.max_ms("c"), 24 + 10);
  const SeenRun told = with("told");
  EXPECT_EQ(told.failed_after_ms("told"), 5);
  EXPECT_EQ(told.max_ms("c"), 14 + 10);
}

// It covers waits for locks, CPU time and io, not the round trip and not the commit.
TEST(Postgres, CancelsAStatementThatTakesTooLong) {
  const auto with = [](const std::string& work, const std::string& keys = "") {
    return SeenRun(locking(flows_named({"a"}, "{query: {pool: pool, " + work + "}}") +
                               transaction("b", "{query: {locks: [{row: 1}]}}, {delay: 100ms}"),
                           ", statement_timeout: 20, rtt: 5ms, fsync: 30ms, cores: 1" + keys),
                   {{.flow = "b"}, {.flow = "a", .at = "1ms"}}, "1s");
  };
  EXPECT_EQ(with("cpu: 15ms, commit: true").max_ms("a"), 5 + 15 + 30);
  for (const char* work : {"cpu: 1s", "io: 1s", "cpu: 10ms, io: 11ms", "locks: [{row: 1}]"}) {
    const SeenRun seen = with(work);
    EXPECT_EQ(seen.failed("statement_timeout", "a"), 1u) << work;
    EXPECT_EQ(seen.failed_after_ms("a"), 5 + 20) << work;
    EXPECT_EQ(seen.totals("pool.connections").completed, 0u);  // the session survives
  }
  EXPECT_EQ(with("io: 1s").text_of("statement_timeout"), "ERROR 57014: canceling statement due to statement timeout");
}

// The client of a query of 10 s gives up after 1; the server's own limit ends it at 3.
TEST(Postgres, CancelsAStatementWhoseClientHasGone) {
  const SeenRun seen(
      locking(flows_named({"a"}, "{query: {pool: pool, cpu: 10s}, timeout: 1s}"), ", statement_timeout: 3s, cores: 1"),
      {{.flow = "a"}});
  EXPECT_EQ(seen.failed("timeout", "a"), 1u);
  EXPECT_EQ(seen.used_ms("db.cpu"), 3000);
  EXPECT_EQ(seen.used_ms("pool"), 3000);
}

// --- what is refused ----------------------------------------------------------------------------------------------

TEST(PostgresLocks, NeedAListOfRows) {
  const auto errors = [](const std::string& locks) {
    return errors_of(locking(flows_named({"go"}, "{query: {pool: pool, locks: " + locks + "}}")), arrivals_at({{}}));
  };
  EXPECT_NE(errors("3").find("'locks' needs a list of rows"), std::string::npos);
  EXPECT_NE(errors("[3]").find("a lock must be a mapping"), std::string::npos);
  EXPECT_NE(errors("[{table: t}]").find("missing key 'row'"), std::string::npos);
  EXPECT_NE(errors("[{row: 1, mode: exclusive}]").find("exclusive"), std::string::npos);
  EXPECT_NE(errors("[{row: $request.nobody}]").find("nobody"), std::string::npos);
  EXPECT_EQ(errors("[{row: 1}]"), "");
}

}  // namespace
}  // namespace loadstone::test
