// What differs between the drivers of a connection_pool: whose key is whose, waits, sizes, which idle connection is
// taken, when one is closed, what is sent at check-out and release.
#include <gtest/gtest.h>

#include "tests/unit/resource/opened.hpp"

namespace loadstone::test {
namespace {

std::string pooled(const std::string& pool, const std::string& work = "io: 10ms", const std::string& database = "") {
  return "topology: t\nresources:\n  db: {kind: postgres, rtt: 0us, connect: 0ms" + database +
         "}\n  pool: {kind: connection_pool, server: db, driver: " + pool + "}\nflows:\n" +
         flows_named({"go", "a", "b", "c"}, "{query: {pool: pool, " + work + "}}");
}

// --- the longest wait ---------------------------------------------------------------------------------------------

// `a` has the only connection for 100 s; b gives up.
SeenRun with_one_connection(const std::string& pool) {
  return SeenRun(pooled(pool, "io: 100s"), {{.flow = "a"}, {.flow = "b"}});
}

void expect_patience(const std::string& pool, std::int64_t ms) {
  SCOPED_TRACE(pool);
  const SeenRun seen = with_one_connection(pool);
  EXPECT_EQ(seen.failed("pool_timeout", "b"), 1u);
  EXPECT_EQ(seen.failed_after_ms("b"), ms);
  EXPECT_EQ(seen.totals("pool").timed_out, 1u);
}

TEST(ConnectionPoolDrivers, WaitAsLongAsTheDriverDoes) {
  expect_patience("psycopg, min_size: 1", 30'000);
  expect_patience("sqlalchemy, pool_size: 1, max_overflow: 0", 30'000);
  expect_patience("hikari, maximumPoolSize: 1", 30'000);
  expect_patience("npgsql, Maximum Pool Size: 1", 15'000);
}

TEST(ConnectionPoolDrivers, WaitAsLongAsTheyAreTold) {
  expect_patience("asyncpg, max_size: 1, acquire_timeout: 2", 2'000);
  expect_patience("psycopg, min_size: 1, timeout: 3", 3'000);
  expect_patience("sqlalchemy, pool_size: 1, max_overflow: 0, pool_timeout: 4", 4'000);
  expect_patience("hikari, maximumPoolSize: 1, connectionTimeout: 250", 250);  // milliseconds
  expect_patience("npgsql, Maximum Pool Size: 1, Timeout: 5", 5'000);
  expect_patience("hikari, maximumPoolSize: 1, connectionTimeout: 6s", 6'000);  // a unit stands for its own
}

TEST(ConnectionPoolDrivers, AsyncpgWaitsForEver) {
  EXPECT_EQ(with_one_connection("asyncpg, max_size: 1").max_ms("b"), 200'000);
}

TEST(ConnectionPoolDrivers, SayWhatTheRealOneSays) {
  EXPECT_EQ(with_one_connection("asyncpg, max_size: 1, acquire_timeout: 2").text_of("pool_timeout"), "TimeoutError");
  EXPECT_EQ(with_one_connection("hikari, maximumPoolSize: 1").text_of("pool_timeout"),
            "Connection is not available, request timed out");
  EXPECT_EQ(with_one_connection("npgsql, Maximum Pool Size: 1").text_of("pool_timeout"),
            "The connection pool has been exhausted");
  EXPECT_EQ(with_one_connection("psycopg, min_size: 1").text_of("pool_timeout"),
            "PoolTimeout: couldn't get a connection after 30.00 sec");
  EXPECT_EQ(with_one_connection("psycopg, min_size: 1, timeout: 1.05").text_of("pool_timeout"),
            "PoolTimeout: couldn't get a connection after 1.05 sec");
  EXPECT_EQ(with_one_connection("sqlalchemy, pool_size: 1, max_overflow: 0, pool_timeout: 2.5").text_of("pool_timeout"),
            "QueuePool limit of size 1 overflow 0 reached, connection timed out, timeout 2.50");
  EXPECT_EQ(with_one_connection("psycopg, min_size: 1, max_waiting: 7").text_of("too_many_requests"),
            "TooManyRequests: the pool 'pool' has already 7 requests waiting");
}

TEST(ConnectionPoolDrivers, SayItSideBySide) {
  const auto m = model(
      "topology: t\nresources:\n  db: {kind: postgres}\n  a: {kind: connection_pool, driver: asyncpg, server: db}\n"
      "  p: {kind: connection_pool, driver: psycopg, server: db}\nflows:\n" +
          flows_named({"go"}, "{query: {pool: a}}, {query: {pool: p}}"),
      arrivals_at({{}}));
  EXPECT_EQ(m.model.error_texts.at("pool_timeout").at("a"), "TimeoutError");
  EXPECT_EQ(m.model.error_texts.at("pool_timeout").at("p"), "PoolTimeout: couldn't get a connection after 30.00 sec");
}

// One is served, one waits, the third is turned away at once. With 0 the line has no limit.
TEST(ConnectionPoolDrivers, PsycopgRefusesBeyondMaxWaiting) {
  const SeenRun one(pooled("psycopg, min_size: 1, max_waiting: 1"), {{.flow = "a"}, {.flow = "b"}, {.flow = "c"}});
  EXPECT_EQ(one.max_ms("b"), 20);
  EXPECT_EQ(one.failed("too_many_requests", "c"), 1u);
  EXPECT_EQ(one.failed_after_ms("c"), 0);
  EXPECT_EQ(one.totals("pool").refused, 1u);
  const SeenRun any(pooled("psycopg, min_size: 1, max_waiting: 0"), {{.flow = "a"}, {.count = 9}});
  EXPECT_EQ(any.completed(), 9u);
}

// --- sizes --------------------------------------------------------------------------------------------------------

// With so many at once as the pool can have connections all are done together; one more waits its turn.
void expect_sizes(const std::string& pool, int most, int open_at_start) {
  SCOPED_TRACE(pool);
  const SeenRun seen(pooled(pool, "io: 10ms", ", max_connections: 1000"), {{.count = most + 1}}, "1s");
  EXPECT_EQ(seen.sum_ms(), 10 * most + 20);
  EXPECT_EQ(seen.row("pool").capacity, most);
  const SeenRun unused(pooled(pool), {{.flow = "a", .at = "100ms"}}, "1s");
  EXPECT_EQ(opened(unused, "pool.connections"), static_cast<std::uint64_t>(std::max(open_at_start, 1)));
}

TEST(ConnectionPoolDrivers, HaveTheSizesOfTheDriver) {
  expect_sizes("asyncpg", 10, 10);
  expect_sizes("psycopg", 4, 4);
  expect_sizes("sqlalchemy", 15, 0);
  expect_sizes("hikari", 10, 10);
  expect_sizes("npgsql", 100, 0);
}

TEST(ConnectionPoolDrivers, HaveTheSizesTheyAreTold) {
  expect_sizes("asyncpg, max_size: 7", 7, 7);  // min_size is 10 at most
  expect_sizes("asyncpg, min_size: 2, max_size: 7", 7, 2);
  expect_sizes("asyncpg, min_size: 12", 12, 12);
  expect_sizes("psycopg, min_size: 6", 6, 6);
  expect_sizes("psycopg, min_size: 2, max_size: 5", 5, 2);
  expect_sizes("sqlalchemy, pool_size: 2, max_overflow: 3", 5, 0);
  expect_sizes("hikari, maximumPoolSize: 3", 3, 3);
  expect_sizes("hikari, maximumPoolSize: 3, minimumIdle: 1", 3, 1);
  expect_sizes("npgsql, Maximum Pool Size: 3, Minimum Pool Size: 2", 3, 2);
}

// 0 connections kept, and an overflow of -1, mean any number.
TEST(ConnectionPoolDrivers, SqlalchemyHasNoLimitWhereItIsToldSo) {
  const SeenRun kept(pooled("sqlalchemy, pool_size: 0", "io: 10ms", ", max_connections: 1000"), {{.count = 100}});
  EXPECT_EQ(kept.sum_ms(), 100 * 10);
  EXPECT_EQ(kept.totals("pool.connections").in_use, 100);
  const SeenRun closed(pooled("sqlalchemy, pool_size: 2, max_overflow: -1", "io: 10ms", ", max_connections: 1000"),
                       {{.count = 100}});
  EXPECT_EQ(closed.sum_ms(), 100 * 10);
  EXPECT_EQ(closed.totals("pool.connections").in_use, 2);
}

// --- which idle connection ----------------------------------------------------------------------------------------

// Two are open from 10 ms on, each is closed after 10 s without use; then a request every 4 s. The one given back last
// is taken again and again, and the other is closed; taken in turn, each is used every 8 s and both stay.
void expect_closed(const std::string& pool, std::uint64_t closed) {
  const SeenRun seen(pooled(pool), {{.count = 2}, {.flow = "a", .at = "4s", .count = 20, .every = "4s"}}, "84s");
  EXPECT_EQ(seen.totals("pool.connections").completed, closed) << pool;
  EXPECT_EQ(opened(seen, "pool.connections"), 2u) << pool;
}

TEST(ConnectionPoolDrivers, TakeTheConnectionGivenBackLast) {
  expect_closed("asyncpg, min_size: 0, max_size: 2, max_inactive_connection_lifetime: 10", 1);
  expect_closed("hikari, maximumPoolSize: 2, minimumIdle: 0, idleTimeout: 10000", 1);
  expect_closed("npgsql, Connection Idle Lifetime: 10", 1);
}

// One is open from the start, a second from 5 s on. At 13 s the older one is asked for, in turn, and is over 12 s old:
// a new one takes its place when it is given back.
TEST(ConnectionPoolDrivers, PsycopgTakesTheOneIdleLongestAndReplacesAnOldOne) {
  const auto with = [](const std::string& last) {
    const SeenRun seen(pooled("psycopg, min_size: 1, max_size: 2, max_lifetime: 12"),
                       {{.at = "5s", .count = 2}, {.flow = "a", .at = last}}, "14s");
    EXPECT_EQ(seen.max_ms("a"), 10);
    return seen.totals("pool.connections").completed;
  };
  EXPECT_EQ(with("13s"), 1u);
  EXPECT_EQ(with("11s"), 0u);  // 5 % earlier is 11.4 s
}

// --- closing idle connections -------------------------------------------------------------------------------------

// Three at once until 10 ms, of which one is kept: two are closed when they have been idle for `idle_ms`.
void expect_idle_close(const std::string& pool, std::int64_t idle_ms) {
  SCOPED_TRACE(pool);
  const SeenRun seen(pooled(pool), {{.count = 3}}, "1000s");
  EXPECT_EQ(seen.totals("pool.connections").completed, 2u);
  EXPECT_EQ(seen.totals("db.slots").in_use, 1);
  EXPECT_EQ(seen.used_ms("pool.connections"), 1'000'000 + 2 * (10 + idle_ms));
}

TEST(ConnectionPoolDrivers, CloseWhatIsIdleAboveTheLeast) {
  expect_idle_close("hikari, maximumPoolSize: 3, minimumIdle: 1", 600'000);
  expect_idle_close("hikari, maximumPoolSize: 3, minimumIdle: 1, idleTimeout: 8000", 8'000);
  expect_idle_close("npgsql, Minimum Pool Size: 1", 300'000);
  expect_idle_close("npgsql, Minimum Pool Size: 1, Connection Idle Lifetime: 9", 9'000);
}

// All three are out at 0, so none was idle all of the first 7 s; one is closed at 14 s and one at 21 s.
TEST(ConnectionPoolDrivers, PsycopgClosesOneEachTimeThatOneWasIdleAllTheWhile) {
  const auto used_ms = [](const std::vector<Arrivals>& arrivals) {
    return SeenRun(pooled("psycopg, min_size: 1, max_size: 3, max_idle: 7"), arrivals, "100s")
        .used_ms("pool.connections");
  };
  EXPECT_EQ(used_ms({{.count = 3}}), 100'000 + 21'000 + 14'000);
  // all three are out again at 12 s
  EXPECT_EQ(used_ms({{.count = 3}, {.at = "12s", .count = 3}}), 100'000 + 28'000 + 21'000);
  // by default a period is 600 s
  EXPECT_EQ(SeenRun(pooled("psycopg, min_size: 1, max_size: 3"), {{.count = 3}}, "2000s").used_ms("pool.connections"),
            2'000'000 + 1'800'000 + 1'200'000);
}

// A query each second for 41 s; a connection is too old after 10.
TEST(ConnectionPoolDrivers, ReplaceConnectionsThatAreTooOld) {
  const auto replaced = [](const std::string& pool) {
    const SeenRun seen(pooled(pool), {{.count = 41, .every = "1s"}}, "41s");
    EXPECT_EQ(seen.max_ms(), 10) << pool;
    return seen.totals("pool.connections").completed;
  };
  EXPECT_EQ(replaced("sqlalchemy, pool_recycle: 10"), 4u);  // when it is asked for, at 10, 20, 30 and 40 s
  EXPECT_EQ(replaced("sqlalchemy"), 0u);
  // when it is given back, at 10.01 s and every 10 s from there on; or up to 2.5 % before, so at 9.76 s: the same
  EXPECT_EQ(replaced("hikari, maximumPoolSize: 1, maxLifetime: 10000"), 4u);
  EXPECT_EQ(replaced("hikari, maximumPoolSize: 1, maxLifetime: 0"), 0u);
}

// asyncpg's timer knows no least number: after 300 s without use nothing is open and the next request pays a handshake.
// The connections are closed before an arrival of that instant.
TEST(ConnectionPoolDrivers, AsyncpgClosesBelowTheLeastToo) {
  const auto second_at = [](const std::string& at, const std::string& keys) {
    return SeenRun(
        "topology: t\nresources:\n  db: {kind: postgres, connect: 5ms}\n"
        "  pool: {kind: connection_pool, server: db, driver: asyncpg" +
            keys + "}\nflows:\n" + flows_named({"a"}, "{query: {pool: pool, io: 10ms}}"),
        {{.flow = "a", .at = at}});
  };
  EXPECT_EQ(second_at("299999ms", "").max_ms("a"), 10);
  EXPECT_EQ(second_at("300s", "").max_ms("a"), 15);
  EXPECT_EQ(second_at("300s", "").totals("pool.connections").completed, 11u);  // the new one at 600.015 s
  EXPECT_EQ(second_at("4s", ", max_inactive_connection_lifetime: 3").max_ms("a"), 15);
  EXPECT_EQ(second_at("2s", ", max_inactive_connection_lifetime: 3").max_ms("a"), 10);
}

TEST(ConnectionPoolDrivers, CloseNoneWithAnIdleTimeOfZero) {
  const auto open_at_end = [](const std::string& pool) {
    return SeenRun(pooled(pool), {{.count = 3}}, "1000s").totals("pool.connections").in_use;
  };
  EXPECT_EQ(open_at_end("asyncpg, max_inactive_connection_lifetime: 0"), 10);
  EXPECT_EQ(open_at_end("asyncpg"), 0);
  EXPECT_EQ(open_at_end("hikari, maximumPoolSize: 3, minimumIdle: 1, idleTimeout: 0"), 3);
}

// 16 queries of 60 s: 15 connections, the 16th fails at 30 s; when all are given back 5 stay.
TEST(ConnectionPoolDrivers, SqlalchemyClosesItsOverflowWhenItIsGivenBack) {
  const SeenRun seen(pooled("sqlalchemy", "io: 60s"), {{.count = 16}});
  EXPECT_EQ(seen.failed("pool_timeout"), 1u);
  EXPECT_EQ(seen.failed_after_ms(), 30'000);
  EXPECT_EQ(opened(seen, "pool.connections"), 15u);
  EXPECT_EQ(seen.totals("pool.connections").completed, 10u);
  EXPECT_EQ(seen.totals("db.slots").in_use, 5);
}

// One is kept. The overflow that a gives back at 10 ms goes to b, who waits for it, and is not closed.
TEST(ConnectionPoolDrivers, SqlalchemyGivesItsOverflowToAWaiter) {
  const SeenRun seen(pooled("sqlalchemy, pool_size: 1, max_overflow: 1"), {{.count = 2}, {.flow = "b"}});
  EXPECT_EQ(seen.max_ms("b"), 20);
  EXPECT_EQ(opened(seen, "pool.connections"), 2u);
  EXPECT_EQ(seen.totals("pool.connections").completed, 1u);
}

// --- what is sent besides -----------------------------------------------------------------------------------------

// A query and a reset of 1 ms each: ten connections carry twenty requests in 2 rounds of 2 ms.
TEST(ConnectionPoolDrivers, AsyncpgResetsAConnectionWhileItIsHeld) {
  const SeenRun seen(
      "topology: t\nresources:\n  db: {kind: postgres, rtt: 1ms}\n"
      "  pool: {kind: connection_pool, server: db, driver: asyncpg}\nflows:\n" +
          flows_named({"go"}, "{query: {pool: pool}}"),
      {{.count = 20}});
  EXPECT_EQ(seen.sum_ms(), 10 * 2 + 10 * 4);
  EXPECT_EQ(seen.used_ms("pool"), 20 * 2);
}

TEST(ConnectionPoolDrivers, SqlalchemyPingsAnIdleConnectionBeforeItIsUsed) {
  const auto with = [](const std::string& keys) {
    return SeenRun(
        "topology: t\nresources:\n  db: {kind: postgres, connect: 5ms, rtt: 1ms}\n"
        "  pool: {kind: connection_pool, server: db, driver: sqlalchemy" +
            keys + "}\nflows:\n" + flows_named({"a", "b"}, "{query: {pool: pool}}"),
        {{.flow = "a"}, {.flow = "b", .at = "1s"}});
  };
  EXPECT_EQ(with(", pool_pre_ping: true").max_ms("a"), 6);  // a fresh one is not asked
  EXPECT_EQ(with(", pool_pre_ping: true").max_ms("b"), 2);
  EXPECT_EQ(with(", pool_pre_ping: false").max_ms("b"), 1);
  EXPECT_EQ(with("").max_ms("b"), 1);
}

// No pool: a handshake each time, nobody waits, nothing stays open.
TEST(ConnectionPoolDrivers, NoneOpensAConnectionEachTime) {
  const SeenRun seen(
      "topology: t\nresources:\n  db: {kind: postgres, connect: 5ms}\n"
      "  pool: {kind: connection_pool, server: db, driver: none}\nflows:\n" +
          flows_named({"go"}, "{query: {pool: pool, io: 10ms}}"),
      {{.count = 50}, {.at = "1s"}});
  EXPECT_EQ(seen.sum_ms(), 51 * 15);
  EXPECT_EQ(seen.totals("pool.connections").completed, 51u);
  EXPECT_EQ(seen.totals("db.slots").in_use, 0);
  EXPECT_EQ(seen.used_ms("db.slots"), 51 * 15);
}

// --- whose key ----------------------------------------------------------------------------------------------------

struct KeyOf {
  std::string key;
  std::string value;
  std::string drivers;  // whose it is
};

const std::vector<KeyOf>& keys() {
  static const std::vector<KeyOf> table{{"min_size", "1", "asyncpg psycopg"},
                                        {"max_size", "20", "asyncpg psycopg"},
                                        {"max_waiting", "1", "psycopg"},
                                        {"acquire_timeout", "1", "asyncpg"},
                                        {"max_inactive_connection_lifetime", "1", "asyncpg"},
                                        {"timeout", "1", "psycopg"},
                                        {"max_idle", "1", "psycopg"},
                                        {"max_lifetime", "1", "psycopg"},
                                        {"pool_recycle", "1", "sqlalchemy"},
                                        {"maxLifetime", "1", "hikari"},
                                        {"pool_size", "1", "sqlalchemy"},
                                        {"max_overflow", "1", "sqlalchemy"},
                                        {"pool_timeout", "1", "sqlalchemy"},
                                        {"pool_pre_ping", "true", "sqlalchemy"},
                                        {"maximumPoolSize", "20", "hikari"},
                                        {"minimumIdle", "1", "hikari"},
                                        {"connectionTimeout", "1", "hikari"},
                                        {"idleTimeout", "1", "hikari"},
                                        {"Maximum Pool Size", "20", "npgsql"},
                                        {"Minimum Pool Size", "1", "npgsql"},
                                        {"Timeout", "1", "npgsql"},
                                        {"Connection Idle Lifetime", "1", "npgsql"},
                                        {"user", "app", "asyncpg hikari none npgsql psycopg sqlalchemy"},
                                        {"database", "app", "asyncpg hikari none npgsql psycopg sqlalchemy"},
                                        {"close_after_idle", "1s", "asyncpg hikari none npgsql psycopg sqlalchemy"}};
  return table;
}

TEST(ConnectionPoolDrivers, RefuseEachOthersKeysAndTakeTheirOwn) {
  for (const KeyOf& k : keys()) {
    for (const std::string driver : {"asyncpg", "hikari", "none", "npgsql", "psycopg", "sqlalchemy"}) {
      const std::string said = errors_of(pooled(driver + ", " + k.key + ": " + k.value), arrivals_at({{}}));
      if (k.drivers.find(driver) != std::string::npos) {
        EXPECT_EQ(said, "") << driver;
      } else {
        EXPECT_NE(said.find("'" + k.key + "' is a key of "), std::string::npos) << driver << ": " << said;
        EXPECT_NE(said.find(", not of " + driver), std::string::npos) << said;
      }
    }
  }
}

}  // namespace
}  // namespace loadstone::test
