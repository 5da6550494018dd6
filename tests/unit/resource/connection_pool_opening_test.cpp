// How the drivers open connections: each request its own, or the pool one at a time; what a server's refusal does; what
// the longest wait covers.
#include <gtest/gtest.h>

#include "tests/unit/resource/opened.hpp"

namespace loadstone::test {
namespace {

std::string pooled(const std::string& pool, const std::string& connect, const std::string& work,
                   const std::string& database = "", const std::string& more = "") {
  return "topology: t\nresources:\n  db: {kind: postgres, connect: " + connect + database +
         "}\n  direct: {kind: connection_pool, server: db, driver: none}\n"
         "  pool: {kind: connection_pool, server: db, driver: " +
         pool + "}\nflows:\n" + flows_named({"go", "a", "b", "c"}, "{query: {pool: pool, " + work + "}}") + more;
}

// --- one by one or side by side -----------------------------------------------------------------------------------

// Four are open; the other sixteen of twenty appear at 50, 100, .. 800 ms.
TEST(ConnectionPoolOpening, PsycopgAndHikariOpenOneAfterTheOther) {
  for (const char* pool : {"psycopg, min_size: 4, max_size: 20", "hikari, minimumIdle: 4, maximumPoolSize: 20"}) {
    const SeenRun seen(pooled(pool, "50ms", "io: 1s"), {{.count = 20}}, "100s");
    EXPECT_EQ(seen.sum_ms(), 20 * 1000 + 50 * (16 * 17 / 2)) << pool;
    EXPECT_EQ(seen.max_ms(), 1800) << pool;
    EXPECT_EQ(opened(seen, "pool.connections"), 20u) << pool;
    EXPECT_EQ(whole_ms(seen.totals("pool.connections").waiting_area), 50 * (16 * 17 / 2)) << pool;
  }
}

TEST(ConnectionPoolOpening, TheOthersOpenSideBySide) {
  for (const char* pool : {"sqlalchemy, pool_size: 20", "asyncpg, min_size: 0, max_size: 20", "npgsql"}) {
    EXPECT_EQ(SeenRun(pooled(pool, "50ms", "io: 1s"), {{.count = 20}}, "100s").sum_ms(), 20 * 1050) << pool;
  }
}

// a's is open at 25 ms and given back at 35: b, in line since 30, takes it and not the one that will be open at 55.
TEST(ConnectionPoolOpening, WhoeverIsFirstInLineGetsWhatIsFreeFirst) {
  const SeenRun seen(pooled("psycopg, min_size: 0, max_size: 3", "25ms", "io: 10ms"),
                     {{.flow = "a"}, {.flow = "b", .at = "30ms"}, {.flow = "c", .at = "31ms"}}, "100s");
  EXPECT_EQ(seen.max_ms("a"), 35);
  EXPECT_EQ(seen.max_ms("b"), 15);
  EXPECT_EQ(seen.max_ms("c"), 24);  // b's, at 45; the new one comes too late for both
  EXPECT_EQ(opened(seen, "pool.connections"), 2u);
  EXPECT_EQ(seen.totals("pool.connections").waited, 3u);
}

// It is opened to its end for nobody, and there for b.
TEST(ConnectionPoolOpening, AConnectionForOneWhoHasGivenUpIsKept) {
  const SeenRun seen(pooled("psycopg, min_size: 0, max_size: 1, timeout: 1", "5s", "io: 10ms"),
                     {{.flow = "a"}, {.flow = "b", .at = "6s"}}, "100s");
  EXPECT_EQ(seen.failed("pool_timeout", "a"), 1u);
  EXPECT_EQ(seen.failed_after_ms("a"), 1000);
  EXPECT_EQ(seen.max_ms("b"), 10);
  EXPECT_EQ(seen.used_ms("pool"), 1010);
  EXPECT_EQ(opened(seen, "pool.connections"), 1u);
  EXPECT_EQ(seen.totals("pool.connections").timed_out, 1u);
}

// --- refused ------------------------------------------------------------------------------------------------------

// Another has the only slot until 1500 ms. psycopg asks at 0, 1 and 3 s, and tells nobody that it was refused.
TEST(ConnectionPoolOpening, PsycopgAsksARefusingServerAgain) {
  const std::string database = ", max_connections: 1, superuser_reserved_connections: 0";
  const std::string first = flows_named({"first"}, "{query: {pool: direct, io: 1500ms}}");
  const SeenRun seen(pooled("psycopg, min_size: 0, max_size: 2", "0ms", "io: 10ms", database, first),
                     {{.flow = "first"}, {.flow = "a"}}, "100s");
  EXPECT_EQ(seen.max_ms("a"), 3010);
  EXPECT_EQ(seen.totals("db.slots").refused, 2u);
  const std::string longer = flows_named({"first"}, "{query: {pool: direct, io: 100s}}");
  const SeenRun never(pooled("psycopg, min_size: 0, max_size: 2", "0ms", "io: 10ms", database, longer),
                      {{.flow = "first"}, {.flow = "a"}}, "100s");
  EXPECT_EQ(never.failed("pool_timeout", "a"), 1u);
  EXPECT_EQ(never.failed_after_ms("a"), 30'000);
  EXPECT_EQ(never.totals("db.slots").refused, 5u);  // at 0, 1, 3, 7 and 15 s
}

// a has the only one; b's is refused and it gets a's.
TEST(ConnectionPoolOpening, HikariWaitsForAConnectionThatItHas) {
  const SeenRun seen(pooled("hikari, minimumIdle: 0, maximumPoolSize: 2", "0ms", "io: 10ms",
                            ", max_connections: 1, superuser_reserved_connections: 0"),
                     {{.flow = "a"}, {.flow = "b"}}, "100s");
  EXPECT_EQ(seen.max_ms("a"), 10);
  EXPECT_EQ(seen.max_ms("b"), 20);
}

// --- what the longest wait covers ---------------------------------------------------------------------------------

// asyncpg's covers the handshake, which is broken off; sqlalchemy's is over when a place is free.
TEST(ConnectionPoolOpening, AsyncpgsLongestWaitCoversTheHandshake) {
  const SeenRun asyncpg(pooled("asyncpg, min_size: 0, acquire_timeout: 1", "5s", "io: 10ms"), {{.flow = "a"}}, "100s");
  EXPECT_EQ(asyncpg.failed("pool_timeout", "a"), 1u);
  EXPECT_EQ(asyncpg.failed_after_ms("a"), 1000);
  EXPECT_EQ(asyncpg.used_ms("pool"), 1000);
  EXPECT_EQ(asyncpg.used_ms("db.slots"), 1000);
  EXPECT_EQ(opened(asyncpg, "pool.connections"), 0u);
  const SeenRun sqlalchemy(pooled("sqlalchemy, pool_timeout: 1", "5s", "io: 10ms"), {{.flow = "a"}}, "100s");
  EXPECT_EQ(sqlalchemy.max_ms("a"), 5010);
}

// b comes at 500 ms, gets a's place at 1 s and has 500 ms left.
TEST(ConnectionPoolOpening, AsyncpgsLongestWaitCountsFromTheStart) {
  const SeenRun seen(pooled("asyncpg, max_size: 1, min_size: 0, acquire_timeout: 1", "5s", "io: 10ms"),
                     {{.flow = "a"}, {.flow = "b", .at = "500ms"}}, "100s");
  EXPECT_EQ(seen.failed_after_ms("a"), 1000);
  EXPECT_EQ(seen.failed("pool_timeout", "b"), 1u);
  EXPECT_EQ(seen.failed_after_ms("b"), 1000);
  EXPECT_EQ(seen.used_ms("pool"), 1500);
}

// In time: the timer is gone with the handshake, and the connection outlives it.
TEST(ConnectionPoolOpening, AsyncpgsLongestWaitEndsWithTheHandshake) {
  const SeenRun seen(pooled("asyncpg, min_size: 0, acquire_timeout: 1", "900ms", "io: 5s"),
                     {{.flow = "a"}, {.flow = "b", .at = "10s"}}, "100s");
  EXPECT_EQ(seen.max_ms("a"), 5900);
  EXPECT_EQ(seen.max_ms("b"), 5000);
}

}  // namespace
}  // namespace loadstone::test
