// What all drivers have in common: the line, opening and keeping connections, holding one, where a pool is.
#include <gtest/gtest.h>

#include "tests/unit/resource/opened.hpp"

namespace loadstone::test {
namespace {

// A database whose handshake takes 5 ms and a round trip 1 ms, and a pool; each flow makes one query of 10 ms.
std::string pooled(const std::string& pool, const std::string& database = "", const std::string& more = "") {
  return "topology: t\npopulations: {tenant: {count: 3}}\nresources:\n"
         "  db: {kind: postgres, connect: 5ms, rtt: 1ms" +
         database + "}\n  pool: {kind: connection_pool, server: db, " + pool + "}\nflows:\n" +
         flows_named({"go", "a", "b", "c"}, "{query: {pool: pool, io: 10ms}}") + more;
}

// --- opening and keeping ------------------------------------------------------------------------------------------

// The first waits for the handshake: 5 + 1 + 10 ms; the second finds the connection idle.
TEST(ConnectionPool, OpensAConnectionWhenNoneIsIdleAndKeepsIt) {
  const SeenRun seen(pooled("driver: psycopg, min_size: 0, max_size: 4"), {{.flow = "a"}, {.flow = "b", .at = "1s"}});
  EXPECT_EQ(seen.max_ms("a"), 16);
  EXPECT_EQ(seen.max_ms("b"), 11);
  EXPECT_EQ(seen.totals("pool.connections").arrivals, 2u);
  EXPECT_EQ(opened(seen, "pool.connections"), 1u);
  EXPECT_EQ(seen.totals("db.slots").granted, 1u);
}

// b comes when a gives back: one connection. c comes a nanosecond before: two.
TEST(ConnectionPool, FindsAConnectionThatIsGivenBackAtItsInstant) {
  const SeenRun at(pooled("driver: sqlalchemy, pool_size: 4"), {{.flow = "a"}, {.flow = "b", .at = "16ms"}});
  EXPECT_EQ(at.max_ms("b"), 11);
  const SeenRun before(pooled("driver: sqlalchemy, pool_size: 4"), {{.flow = "a"}, {.flow = "c", .at = "15999999ns"}});
  EXPECT_EQ(before.max_ms("c"), 16);
  EXPECT_EQ(opened(before, "pool.connections"), 2u);
}

// The three of `min_size` are open from the start, for nothing; the fourth request opens one of its own.
TEST(ConnectionPool, HasItsLeastNumberOpenFromTheStart) {
  const SeenRun seen(pooled("driver: psycopg, min_size: 3, max_size: 4"), {{.count = 4}});
  EXPECT_EQ(seen.sum_ms(), 3 * 11 + 16);
  EXPECT_EQ(opened(seen, "pool.connections"), 4u);
  EXPECT_EQ(seen.totals("db.slots").granted, 4u);
}

// The server has two slots: two of the five are open, the others are not missed until they are needed.
TEST(ConnectionPool, OpensNoMoreBeforehandThanItsServerHasSlots) {
  const std::string text =
      pooled("driver: asyncpg, max_size: 5", ", max_connections: 3, superuser_reserved_connections: 1");
  const SeenRun seen(text, {{.count = 3}}, "100s");
  EXPECT_EQ(seen.sum_ms(), 2 * 12);
  EXPECT_EQ(seen.failed("too_many_connections"), 1u);
  EXPECT_EQ(seen.totals("db.slots").in_use, 2);
}

// The second finds no slot on the server; its place in the pool goes to the third at once, who fails as well.
TEST(ConnectionPool, GivesThePlaceOfAFailedHandshakeToTheNext) {
  const std::string text = pooled("driver: sqlalchemy, pool_size: 2, max_overflow: 0",
                                  ", max_connections: 1, superuser_reserved_connections: 0");
  const SeenRun seen(text, {{.flow = "a"}, {.flow = "b"}, {.flow = "c"}});
  EXPECT_EQ(seen.max_ms("a"), 16);
  EXPECT_EQ(seen.failed("too_many_connections", "b"), 1u);
  EXPECT_EQ(seen.failed("too_many_connections", "c"), 1u);
  EXPECT_EQ(seen.failed_after_ms("c"), 0);
  EXPECT_EQ(seen.totals("pool").waited, 0u);
  EXPECT_EQ(opened(seen, "pool.connections"), 1u);
}

// Two connections are idle from 16 ms on. Nobody uses the pool for 10 s: both are closed, below min too, and the
// server's slots are free.
TEST(ConnectionPool, ClosesAllWhenNobodyHasUsedItForSoLong) {
  const std::string text = pooled("driver: psycopg, min_size: 1, max_size: 2, close_after_idle: 10s");
  const SeenRun seen(text, {{.count = 2}, {.flow = "a", .at = "20s"}}, "25s");
  EXPECT_EQ(seen.max_ms("a"), 16);
  EXPECT_EQ(seen.totals("pool.connections").completed, 2u);
  // one opened at the start, one at 0 (its slot from then on); both until 10.016 s; then one from 20.005 s to 25 s
  EXPECT_EQ(seen.used_ms("pool.connections"), 10'016 + 10'011 + 4'995);
  EXPECT_EQ(seen.used_ms("db.slots"), 10'016 + 10'016 + 5'000);
}

// Used last at 16 ms: closed at 10.016 s. Who comes at that instant is too late, a nanosecond earlier is not.
TEST(ConnectionPool, IsClosedAtTheInstantItsTimeIsOverBeforeAnArrival) {
  const auto second_at = [&](const std::string& at) {
    return SeenRun(
               "topology: t\nresources:\n  db: {kind: postgres, connect: 5ms}\n"
               "  pool: {kind: connection_pool, server: db, driver: psycopg, min_size: 0, max_size: 1, "
               "close_after_idle: 10s}\nflows:\n" +
                   flows_named({"a", "b"}, "{query: {pool: pool, io: 10ms}}"),
               {{.flow = "a"}, {.flow = "b", .at = at}})
        .max_ms("b");
  };
  EXPECT_EQ(second_at("10015ms"), 15);
  EXPECT_EQ(second_at("10014999999ns"), 10);
}

// --- the line -----------------------------------------------------------------------------------------------------

// One connection, 11 ms each: in the order in which they came; c arrives at the very end of b and is behind `go`.
TEST(ConnectionPool, ServesFirstComeFirstServedAndNobodyBarges) {
  const SeenRun seen(pooled("driver: hikari, maximumPoolSize: 1"),
                     {{.flow = "a"}, {.flow = "b", .at = "1ms"}, {.at = "2ms"}, {.flow = "c", .at = "22ms"}});
  EXPECT_EQ(seen.max_ms("a"), 11);
  EXPECT_EQ(seen.max_ms("b"), 21);
  EXPECT_EQ(seen.max_ms("go"), 31);
  EXPECT_EQ(seen.max_ms("c"), 22);
}

// A second of CPU work ends in `release`, before b's patience of a second; a second of io in `wake`, after it.
TEST(ConnectionPool, AConnectionGivenBackWhenAPatienceEndsIsInTimeAfterCpuAndTooLateAfterIo) {
  const auto with = [](const std::string& work) {
    return SeenRun(
        "topology: t\nresources:\n  db: {kind: postgres, cores: 1, connect: 0ms}\n"
        "  pool: {kind: connection_pool, server: db, driver: sqlalchemy, pool_size: 1, max_overflow: 0, "
        "pool_timeout: 1}\nflows:\n" +
            flows_named({"a", "b"}, "{query: {pool: pool, " + work + "}}"),
        {{.flow = "a"}, {.flow = "b"}});
  };
  EXPECT_EQ(with("cpu: 1s").max_ms("b"), 2000);
  const SeenRun late = with("io: 1s");
  EXPECT_EQ(late.failed("pool_timeout", "b"), 1u);
  EXPECT_EQ(late.failed_after_ms("b"), 1000);
}

// --- holding ------------------------------------------------------------------------------------------------------

// Two queries on one connection and the pause between them; asyncpg resets it once: 5 + 2 x 11 + 100 + 1.
TEST(ConnectionPool, IsHeldAcrossStepsAndItsQueriesUseTheHeldConnection) {
  const std::string held = "{hold: pool, do: [{query: {io: 10ms}}, {delay: 100ms}, {query: {io: 10ms}}]}";
  const SeenRun seen(pooled("driver: asyncpg, min_size: 0, max_size: 1", "", flows_named({"tx"}, held)),
                     {{.flow = "tx"}, {.flow = "a", .at = "1ms"}});
  EXPECT_EQ(seen.max_ms("tx"), 128);
  EXPECT_EQ(seen.max_ms("a"), 127 + 12);
  EXPECT_EQ(seen.totals("pool.connections").arrivals, 2u);
  EXPECT_EQ(seen.used_ms("pool"), 128 + 12);
}

TEST(ConnectionPool, GivesASecondConnectionToWhoAsksForANewOne) {
  const std::string both = "{hold: pool, do: [{query: {pool: pool, new: true, io: 10ms}}, {query: {io: 10ms}}]}";
  const SeenRun seen(pooled("driver: psycopg, min_size: 2", "", flows_named({"two"}, both)), {{.flow = "two"}});
  EXPECT_EQ(seen.max_ms("two"), 22);
  EXPECT_EQ(seen.used_ms("pool"), 22 + 11);
  EXPECT_EQ(seen.totals("pool.connections").arrivals, 2u);
}

// Each needs two at a time: threads x (needed - 1) + 1 = 4 connections keep three requests going, three do not.
TEST(ConnectionPool, IsStuckBelowTheNumberThatNestedHoldersNeed) {
  const std::string nested = "{hold: pool, do: [{delay: 1s}, {query: {pool: pool, new: true, io: 10ms}}]}";
  const auto with = [&](int size) {
    return model(pooled("driver: asyncpg, max_size: " + std::to_string(size), "", flows_named({"two"}, nested)),
                 arrivals_at({{.flow = "two", .count = 3}}));
  };
  const auto three = with(3);
  EXPECT_NE(run_once(three).stopped.find("deadlock"), std::string::npos);
  const SeenRun four(with(4));
  EXPECT_EQ(four.completed("two"), 3u);
  // The fourth connection is lent from 1000 to 1012 ms, then to the second until 1024. The first holder gives its own
  // back at 1013, to the third until 1025. Each resets its own for 1 ms more.
  EXPECT_EQ(four.sum_ms("two"), 1013 + 1025 + 1026);
}

// The same with a patience: of three at 31 s the first gives up and gives its own to the second; the third is too late.
TEST(ConnectionPool, LetsOneGoOnWhenAnotherGivesUpAtTheSameInstant) {
  const std::string nested = "{hold: pool, do: [{delay: 1s}, {query: {pool: pool, new: true, io: 10ms}}]}";
  const SeenRun seen(pooled("driver: psycopg, min_size: 3", "", flows_named({"a1", "a2", "a3"}, nested)),
                     {{.flow = "a1"}, {.flow = "a2"}, {.flow = "a3"}});
  EXPECT_EQ(seen.failed("pool_timeout", "a1"), 1u);
  EXPECT_EQ(seen.failed_after_ms("a1"), 31'000);
  EXPECT_EQ(seen.max_ms("a2"), 31'011);
  EXPECT_EQ(seen.failed("pool_timeout", "a3"), 1u);
}

TEST(ConnectionPool, GetsAConnectionBackFromWhoFailsWhileHoldingIt) {
  const std::string held = "{hold: pool, do: [{query: {io: 10ms}}, {fail: oops}]}";
  const SeenRun seen(pooled("driver: psycopg, min_size: 1", "", flows_named({"tx"}, held)),
                     {{.flow = "tx"}, {.flow = "a"}});
  EXPECT_EQ(seen.failed("oops", "tx"), 1u);
  EXPECT_EQ(seen.max_ms("a"), 22);
  EXPECT_EQ(seen.totals("pool").in_use, 0);
  EXPECT_EQ(seen.totals("pool.connections").completed, 0u);
}

// --- where it is --------------------------------------------------------------------------------------------------

// Two processes, one connection in each: four requests take 11, 11, 22 and 22 ms. One pool for both: 11 to 44.
TEST(ConnectionPool, IsOneInEachProcessOfItsService) {
  const auto with = [](const std::string& where) {
    return SeenRun(
        "topology: t\nresources:\n  db: {kind: postgres, rtt: 1ms}\n  web: {kind: service, workers: 2}\n"
        "  pool: {kind: connection_pool, server: db, driver: psycopg, min_size: 1" +
            where + "}\nflows:\n" + flows_named({"go"}, "{query: {pool: pool, io: 10ms}}", "service: web, "),
        {{.count = 4}});
  };
  const SeenRun inside = with(", in: web");
  EXPECT_EQ(inside.sum_ms(), 11 + 11 + 22 + 22);
  EXPECT_EQ(inside.row("pool").members, 2u);
  EXPECT_EQ(inside.totals("db.slots").in_use, 2);
  EXPECT_EQ(with("").sum_ms(), 11 + 22 + 33 + 44);
}

TEST(ConnectionPool, IsOneForEachValueOfItsAttribute) {
  const SeenRun seen(pooled("driver: psycopg, min_size: 1, per: tenant"),
                     {{.count = 2, .attributes = "tenant: integer(1; 1)"}, {.attributes = "tenant: integer(2; 2)"}});
  EXPECT_EQ(seen.sum_ms(), 11 + 22 + 11);
  EXPECT_EQ(seen.totals("db.slots").in_use, 2);
}

// --- what is refused ----------------------------------------------------------------------------------------------

std::string errors_with(const std::string& pool, const std::string& steps = "{query: {pool: pool}}") {
  return errors_of("topology: t\nresources:\n  db: {kind: postgres}\n  pool: {kind: connection_pool, " + pool +
                       "}\nflows:\n" + flows_named({"go"}, steps),
                   arrivals_at({{}}));
}

TEST(ConnectionPool, NeedsADriverAndAServer) {
  EXPECT_NE(errors_with("server: db").find("missing key 'driver'"), std::string::npos);
  EXPECT_NE(errors_with("driver: asyncpg").find("missing key 'server'"), std::string::npos);
  EXPECT_NE(errors_with("driver: asyncpg, server: web").find("unknown resource 'web'"), std::string::npos);
}

TEST(ConnectionPool, RefusesALeastNumberAboveTheGreatest) {
  EXPECT_NE(errors_with("driver: psycopg, server: db, min_size: 3, max_size: 2")
                .find("the least number of connections (3) is above the greatest (2)"),
            std::string::npos);
}

TEST(ConnectionPool, RefusesAQueryThatWouldSilentlyTakeASecondConnection) {
  const std::string pool = "driver: asyncpg, server: db";
  EXPECT_NE(errors_with(pool, "{hold: pool, do: [{query: {pool: pool}}]}").find("would take a second connection"),
            std::string::npos);
  EXPECT_NE(errors_with(pool, "{hold: pool, do: [{query: {new: true}}]}").find("'new: true' needs the 'pool'"),
            std::string::npos);
  EXPECT_NE(errors_with(pool, "{query: {io: 1ms}}").find("needs a 'pool'"), std::string::npos);
  EXPECT_NE(errors_with(pool, "{hold: {pool: pool, amount: 2}, do: []}").find("one connection at a time"),
            std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
