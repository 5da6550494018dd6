// Client-side pools: asyncpg, SQLAlchemy, psycopg and the checkpointer of LangGraph.
#include <gtest/gtest.h>

#include "tests/fidelity/closed_load.hpp"
#include "tests/unit/resource/opened.hpp"

namespace loadstone::test {
namespace {

std::string pooled(const std::string& pool, const std::string& query, const std::string& database = "connect: 0ms") {
  return "topology: t\nresources:\n  db: {kind: postgres, max_connections: 1000, " + database +
         "}\n  pool: {kind: connection_pool, server: db, " + pool + "}\nflows:\n" +
         flows_named({"go"}, "{query: {pool: pool, " + query + "}}");
}

// Ten connections carry 50 requests a second, 100 come: number k = 10 f + r comes at 10 k ms and is served from
// 200 f + 10 r on, after 100 f ms. So the wait of the last of n is 10 n - 100 ms, whatever n is.
TEST(FidelityClientPools, Behaviour1AsyncpgWaitsWithoutBoundAndWithoutError) {
  const auto with = [](int count, const std::string& keys) {
    return SeenRun(pooled("driver: asyncpg, max_size: 10" + keys, "io: 200ms"), {{.count = count, .every = "10ms"}});
  };
  for (const int count : {100, 1000, 2000}) {
    const SeenRun seen(with(count, ""));
    EXPECT_EQ(seen.completed(), static_cast<std::uint64_t>(count));
    EXPECT_EQ(seen.max_ms(), 10 * count - 100 + 200);
    EXPECT_EQ(seen.flow("go").run.failed, 0u);
  }
  const SeenRun told = with(2000, ", acquire_timeout: 5");
  EXPECT_GT(told.failed("pool_timeout"), 0u);
  EXPECT_EQ(told.failed_after_ms(), 5000);
  EXPECT_EQ(told.text_of("pool_timeout"), "TimeoutError");
}

TEST(FidelityClientPools, Behaviour2SqlalchemyFailsTheSixteenthAndClosesItsOverflow) {
  const SeenRun seen(pooled("driver: sqlalchemy", "io: 60s"), {{.count = 16}});
  EXPECT_EQ(seen.completed(), 15u);
  EXPECT_EQ(seen.failed("pool_timeout"), 1u);
  EXPECT_EQ(seen.failed_after_ms(), 30'000);
  EXPECT_EQ(seen.text_of("pool_timeout"),
            "QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00");
  EXPECT_EQ(opened(seen, "pool.connections"), 15u);
  EXPECT_EQ(seen.totals("pool.connections").completed, 10u);
  EXPECT_EQ(seen.totals("db.slots").in_use, 5);
}

// psycopg: four at once, the fifth to the twentieth after 50, 100, .. 800 ms, a second each: none is given back before
// the last has been opened. SQLAlchemy: all after 50 ms.
TEST(FidelityClientPools, Behaviour3PsycopgOpensOneByOneAndSqlalchemyAllAtOnce) {
  const SeenRun psycopg(pooled("driver: psycopg, min_size: 4, max_size: 20", "io: 1s", "connect: 50ms"),
                        {{.count = 20}}, "2s");
  EXPECT_EQ(psycopg.sum_ms(), 20 * 1000 + 50 * (16 * 17 / 2));
  EXPECT_EQ(psycopg.max_ms(), 1800);
  EXPECT_EQ(whole_ms(psycopg.totals("pool.connections").waiting_area), 50 * (16 * 17 / 2));
  const SeenRun sqlalchemy(pooled("driver: sqlalchemy, pool_size: 10, max_overflow: 10", "io: 1s", "connect: 50ms"),
                           {{.count = 20}}, "2s");
  EXPECT_EQ(sqlalchemy.sum_ms(), 20 * 1050);
  EXPECT_EQ(opened(sqlalchemy, "pool.connections"), 20u);
}

// 50 runs, a saver whose lock is held round 4 ms of the database: 250 a second on one connection. Without the lock the
// pool of 20 is the limit: 5000 a second.
TEST(FidelityClientPools, Behaviour4TheCheckpointerUsesOneConnectionWhateverThePoolHas) {
  const auto with = [](int permits) {
    return SeenRun(
        model("topology: t\nresources:\n  db: {kind: postgres, connect: 0ms}\n"
              "  saver: {kind: semaphore, size: " +
                  std::to_string(permits) +
                  "}\n  pool: {kind: connection_pool, server: db, driver: psycopg, min_size: 20}\nflows:\n" +
                  flows_named({"go"}, "{hold: saver, do: [{query: {pool: pool, io: 4ms}}]}"),
              users(50, "8001ms")));
  };
  const SeenRun locked = with(1);
  EXPECT_EQ(locked.flow("go").completed_in_window, 8u * 250);
  EXPECT_EQ(whole_ms(at_window_end(locked, "pool").in_use_area), 8001);
  EXPECT_EQ(locked.totals("pool").waited, 0u);  // so its 30 s never end
  EXPECT_EQ(locked.row("saver").meter.wait.max(), 49 * 4 * kNsOfMs);
  const SeenRun unlocked = with(50);
  EXPECT_EQ(unlocked.flow("go").completed_in_window, 8u * 5000);
  EXPECT_EQ(whole_ms(at_window_end(unlocked, "pool").in_use_area), 20 * 8001);
}

// A query and a reset of a round trip each, 1 ms: the connection is held for 2 ms.
TEST(FidelityClientPools, Behaviour5AsyncpgHalvesWhatAPoolCarriesByItsReset) {
  const auto with = [](const std::string& driver) {
    return SeenRun(model(pooled("driver: " + driver, "io: 0ms", "rtt: 1ms, connect: 0ms"), users(40, "2000500us")));
  };
  EXPECT_EQ(with("asyncpg, max_size: 10").flow("go").completed_in_window, 2u * 5000);
  EXPECT_EQ(with("psycopg, min_size: 10").flow("go").completed_in_window, 2u * 10'000);
}

// Ten are open from the start and all are used at 0; from 10 ms on they are idle, until 300.01 s.
TEST(FidelityClientPools, Behaviour6AsyncpgIsEmptyAfterFiveMinutesWithoutUse) {
  const auto with = [](const std::string& back_at) {
    return SeenRun(
        "topology: t\nresources:\n  db: {kind: postgres, connect: 5ms}\n"
        "  pool: {kind: connection_pool, server: db, driver: asyncpg, min_size: 10}\nflows:\n" +
            flows_named({"go", "back"}, "{query: {pool: pool, io: 10ms}}"),
        {{.count = 10}, {.flow = "back", .at = back_at}}, "301s");
  };
  const SeenRun in_time = with("300009ms");
  EXPECT_EQ(in_time.max_ms("back"), 10);
  const SeenRun late = with("300010ms");
  EXPECT_EQ(late.max_ms("back"), 15);
  EXPECT_EQ(opened(late, "pool.connections"), 11u);
  EXPECT_EQ(late.totals("pool.connections").completed, 10u);
  EXPECT_EQ(late.totals("pool.connections").in_use, 1);  // nothing refills it
}

}  // namespace
}  // namespace loadstone::test
