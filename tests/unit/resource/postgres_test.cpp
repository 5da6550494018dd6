#include <gtest/gtest.h>

#include "sim/experiment/compare.hpp"
#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// A database, and a pool that opens a connection each time, or keeps `kept` of them from the start.
std::string database(const std::string& keys, const std::string& query, int kept = 0, const std::string& more = "") {
  const std::string pool = kept == 0 ? "driver: none" : "driver: psycopg, min_size: " + std::to_string(kept);
  return "topology: t\nhosts: {box: {cores: 1}}\nresources:\n  db: {kind: postgres" + keys +
         "}\n  pool: {kind: connection_pool, server: db, " + pool + "}\n" + more + "flows:\n" +
         flows_named({"go", "a", "b", "c", "d"}, "{query: {pool: pool, " + query + "}}");
}

// --- slots --------------------------------------------------------------------------------------------------------

// max_connections 100, three of them reserved: of 98 at once 97 get in.
TEST(Postgres, RefusesWhoFindsOnlyReservedSlots) {
  const SeenRun seen(database("", "io: 1s"), {{.count = 98}});
  EXPECT_EQ(seen.completed(), 97u);
  EXPECT_EQ(seen.failed("too_many_connections"), 1u);
  EXPECT_EQ(seen.failed_after_ms(), 0);
  EXPECT_EQ(seen.row("db.slots").capacity, 97);
  EXPECT_EQ(seen.totals("db.slots").refused, 1u);
  EXPECT_EQ(seen.totals("db.slots").waiting_area, 0);
  EXPECT_EQ(seen.row("db.slots").meter.wait.count(), 97u);  // no wait is recorded for who is refused
  EXPECT_EQ(seen.text_of("too_many_connections"),
            "FATAL 53300: remaining connection slots are reserved for non-replication superuser connections");
}

TEST(Postgres, SaysTooManyClientsWhenNoneIsReserved) {
  const SeenRun seen(database(", max_connections: 2, superuser_reserved_connections: 0", "io: 1s"), {{.count = 3}});
  EXPECT_EQ(seen.completed(), 2u);
  EXPECT_EQ(seen.text_of("too_many_connections"), "FATAL 53300: sorry, too many clients already");
}

// a's connection is closed at 1 s, after its handshake of none: who comes then finds the slot.
TEST(Postgres, HasASlotFreeAtTheInstantAtWhichAConnectionIsClosed) {
  const std::string text = database(", connect: 0ms, max_connections: 2, superuser_reserved_connections: 1", "io: 1s");
  const SeenRun seen(text, {{.flow = "a"}, {.flow = "b", .at = "999999999ns"}, {.flow = "c", .at = "1s"}});
  EXPECT_EQ(seen.failed("too_many_connections", "b"), 1u);
  EXPECT_EQ(seen.max_ms("c"), 1000);
}

// A handshake of 2 ms and 4 ms of CPU: alone 6 ms, the CPU of two together 8 ms. An open connection has had its own.
TEST(Postgres, ComputesForAHandshake) {
  const std::string keys = ", cores: 1, connect: 2ms, connect_cpu: 4ms";
  const SeenRun seen(database(keys, "io: 1ms"), {{.flow = "a"}, {.flow = "b", .at = "1s"}, {.flow = "c", .at = "1s"}});
  EXPECT_EQ(seen.max_ms("a"), 2 + 4 + 1);
  EXPECT_EQ(seen.max_ms("b"), 2 + 8 + 1);
  EXPECT_EQ(seen.max_ms("c"), 2 + 8 + 1);
  EXPECT_EQ(seen.used_ms("db.cpu"), 3 * 4);
  const SeenRun kept(database(keys, "io: 1ms", 1), {{.flow = "a"}});
  EXPECT_EQ(kept.max_ms("a"), 1);
}

// The idle connections of one pool leave one slot to another.
TEST(Postgres, LetsIdleConnectionsKeepTheirSlots) {
  const std::string text =
      "topology: t\nresources:\n"
      "  db: {kind: postgres, connect: 0ms, max_connections: 5, superuser_reserved_connections: 1}\n"
      "  idle: {kind: connection_pool, driver: asyncpg, server: db, max_size: 3, max_inactive_connection_lifetime: "
      "60}\n"
      "  none: {kind: connection_pool, driver: none, server: db}\nflows:\n" +
      flows_named({"a", "b"}, "{query: {pool: none, io: 1s}}");
  const SeenRun seen(text, {{.flow = "a", .count = 2}, {.flow = "b", .at = "60s", .count = 5}});
  EXPECT_EQ(seen.failed("too_many_connections", "a"), 1u);
  EXPECT_EQ(seen.failed("too_many_connections", "b"), 1u);  // the three were closed at 60 s
  EXPECT_EQ(seen.used_ms("db.slots"), 3 * 60'000 + 5 * 1000);
}

// --- the parts of a query -----------------------------------------------------------------------------------------

// 5 + 3 x 2 + 7 + 11 + 13 ms, one after the other.
TEST(Postgres, TakesTheHandshakeRoundTripsCpuIoAndFlushInTurn) {
  const SeenRun seen(database(", cores: 1, connect: 5ms, rtt: 2ms, fsync: 13ms",
                              "round_trips: 3, cpu: 7ms, io: 11ms, commit: true, access: write"),
                     {{.flow = "a"}});
  EXPECT_EQ(seen.max_ms("a"), 42);
  EXPECT_EQ(seen.used_ms("db.slots"), 42);
  EXPECT_EQ(seen.used_ms("db.cpu"), 7);
  EXPECT_EQ(seen.used_ms("db.wal"), 13);
}

TEST(Postgres, HasDefaultTimes) {
  const SeenRun seen(database("", "commit: true"), {{.flow = "a"}});
  EXPECT_EQ(seen.flow("a").latency.max(), 2'300'000 + 0 + 1'000'000);
}

TEST(Postgres, NeedsNoFlushWithoutACommitAndNoTimeWithoutRoundTrips) {
  const SeenRun seen(database(", connect: 0ms, rtt: 2ms", "round_trips: 0, io: 1ms, access: read"), {{.flow = "a"}});
  EXPECT_EQ(seen.max_ms("a"), 1);
  EXPECT_EQ(seen.totals("db.wal").arrivals, 0u);
}

// Two share one core: 10 ms of work takes 20. What is read from storage is not stretched: 10 ms each, at once.
TEST(Postgres, StretchesCpuAndNotIo) {
  const SeenRun seen(database(", cores: 1", "cpu: 10ms, io: 10ms", 2), {{.count = 2}});
  EXPECT_EQ(seen.sum_ms(), 2 * 30);
  EXPECT_EQ(seen.used_ms("db.cpu"), 20);
}

// Eight jobs of 10 ms on four cores: 20 ms each.
TEST(Postgres, SharesItsCoresEqually) {
  const SeenRun seen(database(", cores: 4", "cpu: 10ms", 8), {{.count = 8}});
  EXPECT_EQ(seen.sum_ms(), 8 * 20);
  EXPECT_EQ(seen.used_ms("db.cpu"), 80);
}

// On a host it shares the core with the service; with neither, each has a core of its own.
TEST(Postgres, ComputesOnItsHostOrUnshared) {
  const std::string web = "  web: {kind: service, host: box}\n";
  const std::string page = flows_named({"page"}, "{cpu: 10ms}", "service: web, ");
  const SeenRun shared(database(", host: box", "cpu: 10ms", 1, web) + page, {{.flow = "a"}, {.flow = "page"}});
  EXPECT_EQ(shared.max_ms("a"), 20);
  EXPECT_EQ(shared.max_ms("page"), 20);
  EXPECT_EQ(shared.used_ms("box.cpu"), 20);
  const SeenRun unshared(database("", "cpu: 10ms", 5), {{.count = 5}});
  EXPECT_EQ(unshared.sum_ms(), 5 * 10);
}

// --- commits ------------------------------------------------------------------------------------------------------

// A flush of 10 ms begins at 0 for a; b and c come during it and share the next, until 20 ms. d comes at the instant at
// which that one has begun: it waits for the third.
TEST(Postgres, FlushesForAllWhoHaveComeBeforeTheFlushBegan) {
  const SeenRun seen(
      database(", fsync: 10ms", "commit: true", 4),
      {{.flow = "a"}, {.flow = "b", .at = "3ms"}, {.flow = "c", .at = "7ms"}, {.flow = "d", .at = "10ms"}});
  EXPECT_EQ(seen.max_ms("a"), 10);
  EXPECT_EQ(seen.max_ms("b"), 17);
  EXPECT_EQ(seen.max_ms("c"), 13);
  EXPECT_EQ(seen.max_ms("d"), 20);
  EXPECT_EQ(seen.used_ms("db.wal"), 30);
  EXPECT_EQ(whole_ms(seen.totals("db.wal").waiting_area), 7 + 3 + 10);
  EXPECT_EQ(seen.row("db.wal").meter.wait.max(), 10 * kNsOfMs);
}

// Of five at one instant the first begins a flush alone, the others share the next.
TEST(Postgres, BeginsAFlushForTheFirstOfOneInstant) {
  const SeenRun seen(database(", fsync: 10ms", "commit: true", 5), {{.count = 5}});
  EXPECT_EQ(seen.sum_ms(), 10 + 4 * 20);
  EXPECT_EQ(seen.used_ms("db.wal"), 20);
}

TEST(Postgres, FlushesAgainAfterAPause) {
  const SeenRun seen(database(", fsync: 10ms", "commit: true", 1), {{.flow = "a"}, {.flow = "b", .at = "10ms"}});
  EXPECT_EQ(seen.max_ms("b"), 10);
}

// --- a client that gives up ---------------------------------------------------------------------------------------

std::string impatient(const std::string& work, const std::string& keys) {
  return "topology: t\nresources:\n  db: {kind: postgres, cores: 1}\n"
         "  pool: {kind: connection_pool, driver: psycopg, server: db, min_size: 1}\nflows:\n" +
         flows_named({"a", "b"}, "{query: {pool: pool, " + work + "}, timeout: 1s" + keys + "}");
}

// The query runs its 10 s to the end, on the core and with its connection, for which b waits a second in vain.
TEST(Postgres, FinishesWhatItsClientHasGivenUp) {
  const SeenRun seen(impatient("cpu: 10s", ""), {{.flow = "a"}, {.flow = "b", .at = "5s"}});
  EXPECT_EQ(seen.failed("timeout", "a"), 1u);
  EXPECT_EQ(seen.failed_after_ms("a"), 1000);
  EXPECT_EQ(seen.failed("timeout", "b"), 1u);
  EXPECT_EQ(seen.used_ms("db.cpu"), 10'000);
  EXPECT_EQ(seen.totals("pool").timed_out, 1u);
  EXPECT_EQ(seen.used_ms("pool"), 10'000);
}

TEST(Postgres, StopsAQueryWhoseCancellationPropagates) {
  for (const char* how : {"inline", "extra_connection"}) {
    const SeenRun seen(impatient("cpu: 10s", std::string(", cancel_propagates: ") + how), {{.flow = "a"}});
    EXPECT_EQ(seen.failed("timeout", "a"), 1u) << how;
    EXPECT_EQ(seen.used_ms("db.cpu"), 1000) << how;
    EXPECT_EQ(seen.used_ms("pool"), 1000) << how;
    EXPECT_EQ(seen.totals("pool.connections").completed, 0u) << how;  // the session survives
  }
}

// At 1 s the CPU work ends in `release`, before the timeout; io would end after it.
TEST(Postgres, EndsAQueryAtTheInstantOfItsTimeoutInTimeAfterCpuAndTooLateAfterIo) {
  EXPECT_EQ(SeenRun(impatient("cpu: 1s", ""), {{.flow = "a"}}).max_ms("a"), 1000);
  EXPECT_EQ(SeenRun(impatient("io: 1s", ""), {{.flow = "a"}}).failed("timeout", "a"), 1u);
}

// On cores that it shares with nobody, too.
TEST(Postgres, EndsItsWorkBeforeTheTimeoutsOfAnInstantWithoutCoresToo) {
  const SeenRun seen(
      database("", "cpu: 1s", 1) + flows_named({"strict"}, "{query: {pool: pool, cpu: 1s}, timeout: 1s}"),
      {{.flow = "strict"}});
  EXPECT_EQ(seen.max_ms("strict"), 1000);
}

// c waits for the next flush, which is b's, when it gives up at 15 ms, but not while it is being flushed.
TEST(Postgres, LetsACommitThatIsBeingFlushedEndAndAWaitingOneLeave) {
  const auto with = [](const std::string& timeout) {
    return SeenRun(
        "topology: t\nresources:\n  db: {kind: postgres, fsync: 10ms}\n"
        "  pool: {kind: connection_pool, driver: psycopg, server: db, min_size: 3}\nflows:\n" +
            flows_named({"a"}, "{query: {pool: pool, commit: true}}") +
            flows_named({"c"}, "{query: {pool: pool, commit: true}, timeout: " + timeout + "}"),
        {{.flow = "a"}, {.flow = "c", .at = "5ms"}});
  };
  const SeenRun waiting = with("3ms");
  EXPECT_EQ(waiting.failed("timeout", "c"), 1u);
  EXPECT_EQ(waiting.totals("db.wal").timed_out, 1u);
  EXPECT_EQ(waiting.used_ms("db.wal"), 10);
  const SeenRun flushing = with("12ms");
  EXPECT_EQ(flushing.failed("timeout", "c"), 1u);
  EXPECT_EQ(flushing.totals("db.wal").completed, 2u);
  EXPECT_EQ(flushing.used_ms("db.wal"), 20);
  EXPECT_EQ(with("15ms").max_ms("c"), 15);  // a flush ends before the timeouts of its instant
}

TEST(Postgres, CostsItsPrice) {
  const auto m = model(database(", price: $15/month", "io: 1ms"), arrivals_at({{}}));
  EXPECT_DOUBLE_EQ(fixed_cost(m.topology, m.model).fixed_usd_month, 15);
}

// --- what is refused ----------------------------------------------------------------------------------------------

TEST(Postgres, HasEitherAHostOrCores) {
  const auto errors = [](const std::string& keys) { return errors_of(database(keys, "io: 1ms"), arrivals_at({{}})); };
  EXPECT_NE(errors(", host: box, cores: 2").find("either a 'host' or 'cores'"), std::string::npos);
  EXPECT_NE(errors(", host: bax").find("unknown host 'bax'"), std::string::npos);
  EXPECT_NE(errors(", max_connections: 3").find("no connections are left"), std::string::npos);
  EXPECT_NE(errors(", cores: 0").find("must be above 0"), std::string::npos);
  EXPECT_EQ(errors(", max_connections: 4"), "");
}

}  // namespace
}  // namespace loadstone::test
