#include <gtest/gtest.h>

#include "sim/experiment/compare.hpp"
#include "tests/unit/resource/opened.hpp"

namespace loadstone::test {
namespace {

// Clients whose connections are kept (500 of them, opened beforehand), a bouncer without CPU time and a database.
std::string bounced(const std::string& keys, const std::string& steps, const std::string& database = "") {
  return "topology: t\npopulations: {tenant: {count: 3}}\nresources:\n"
         "  db: {kind: postgres, connect: 0ms" +
         database + "}\n  bouncer: {kind: pgbouncer, server: db, max_client_conn: 1000, cpu: 0us, " + keys +
         "}\n  pool: {kind: connection_pool, server: bouncer, driver: psycopg, min_size: 500}\nflows:\n" +
         flows_named({"go", "a", "b", "c"}, steps);
}

std::string transactions(const std::string& keys, const std::string& steps = "{query: {pool: pool, io: 10ms}}",
                         const std::string& database = "") {
  return bounced("pool_mode: transaction, " + keys, steps, database);
}

// A timeout of so many milliseconds is seen at the next look of the janitor, who looks every 333.333 ms.
void expect_swept(const Histogram& failures, std::int64_t ms) {
  EXPECT_GT(failures.min(), ms * kNsOfMs);
  EXPECT_LE(failures.max(), ms * kNsOfMs + 333'333'000);
}

// --- transaction mode ---------------------------------------------------------------------------------------------

// A hundred clients share twenty servers: 10, 20, .. 50 ms, twenty each.
TEST(PgBouncer, LendsAServerForATransaction) {
  const SeenRun seen(transactions("default_pool_size: 20"), {{.count = 100}});
  EXPECT_EQ(seen.sum_ms(), 20 * (10 + 20 + 30 + 40 + 50));
  EXPECT_EQ(seen.row("bouncer.pool").capacity, 20);
  EXPECT_EQ(seen.totals("bouncer.pool").waited, 80u);
  EXPECT_EQ(opened(seen, "bouncer.pool.connections"), 20u);
  EXPECT_EQ(seen.totals("db.slots").in_use, 0);  // closed after 600 s
}

// The client thinks for 200 ms inside its transaction: each of forty keeps one of twenty servers for 210 ms.
TEST(PgBouncer, LendsAServerForAllOfATransactionWhateverItsClientDoes) {
  const std::string thinking = "{hold: pool, do: [{query: {io: 5ms}}, {delay: 200ms}, {query: {io: 5ms}}]}";
  const SeenRun seen(transactions("default_pool_size: 20", thinking), {{.count = 40}});
  EXPECT_EQ(seen.sum_ms(), 20 * 210 + 20 * 420);
  EXPECT_EQ(seen.used_ms("bouncer.pool"), 40 * 210);
}

// Without a transaction the server goes back after each query: 210 ms for the first twenty, 220 ms for the others.
TEST(PgBouncer, GetsTheServerBackBetweenTheQueriesOfAHoldWithoutATransaction) {
  const std::string thinking =
      "{hold: {pool: pool, transaction: false}, do: [{query: {io: 5ms}}, {delay: 200ms}, {query: {io: 5ms}}]}";
  const SeenRun seen(transactions("default_pool_size: 20", thinking), {{.count = 40}});
  EXPECT_EQ(seen.sum_ms(), 20 * 210 + 20 * 215);
  EXPECT_EQ(seen.used_ms("bouncer.pool"), 40 * 10);
  EXPECT_EQ(seen.totals("pool.connections").arrivals, 40u);
}

TEST(PgBouncer, LendsAServerForAQueryInStatementMode) {
  const std::string mode = "pool_mode: statement, default_pool_size: 1";
  const SeenRun seen(bounced(mode, "{query: {pool: pool, io: 10ms}}"), {{.count = 3}});
  EXPECT_EQ(seen.sum_ms(), 10 + 20 + 30);
  const auto held = [&](const std::string& transaction) {
    return bounced(mode, "{hold: {pool: pool, transaction: " + transaction + "}, do: [{query: {io: 10ms}}]}");
  };
  EXPECT_EQ(SeenRun(held("false"), {{}}).max_ms(), 10);
  EXPECT_NE(errors_of(held("true"), arrivals_at({{}})).find("refuses transactions"), std::string::npos);
}

// First come, first served: c comes at the instant at which a gives back and is behind b and `go`.
TEST(PgBouncer, HandsAServerToTheHeadOfTheLine) {
  const SeenRun seen(transactions("default_pool_size: 1"),
                     {{.flow = "a"}, {.flow = "b", .at = "1ms"}, {.at = "2ms"}, {.flow = "c", .at = "10ms"}});
  EXPECT_EQ(seen.max_ms("b"), 19);
  EXPECT_EQ(seen.max_ms("go"), 28);
  EXPECT_EQ(seen.max_ms("c"), 30);
}

// --- session mode -------------------------------------------------------------------------------------------------

std::string sessions(const std::string& keys, const std::string& pool) {
  return "topology: t\nresources:\n  db: {kind: postgres, connect: 5ms}\n"
         "  bouncer: {kind: pgbouncer, server: db, cpu: 0us" +
         keys + "}\n  pool: {kind: connection_pool, server: bouncer, " + pool + "}\nflows:\n" +
         flows_named({"a", "b"}, "{query: {pool: pool, io: 10ms}}");
}

// The default mode: a's connection is idle from 15 ms on and keeps the only server; b opens one and waits its 120 s.
TEST(PgBouncer, LendsAServerForAsLongAsAClientIsConnected) {
  const std::string pool = "driver: asyncpg, max_size: 2";
  const SeenRun seen(sessions(", default_pool_size: 1", pool), {{.flow = "a"}, {.flow = "b", .at = "1ms"}});
  EXPECT_EQ(seen.max_ms("a"), 15);
  EXPECT_EQ(seen.failed("query_wait_timeout", "b"), 1u);
  expect_swept(seen.flow("b").failure, 120'000);
  EXPECT_EQ(seen.totals("bouncer.pool").in_use, 0);  // the client's own pool closed it after 300 s
  EXPECT_EQ(seen.used_ms("bouncer.pool"), 300'015);
}

// psycopg opens its second connection beside the line: b gets a's at 15 ms, long before the bouncer gives up on it.
TEST(PgBouncer, LetsAClientUseTheOneConnectionThatItHas) {
  const SeenRun seen(sessions(", default_pool_size: 1", "driver: psycopg, min_size: 0, max_size: 2"),
                     {{.flow = "a"}, {.flow = "b", .at = "1ms"}});
  EXPECT_EQ(seen.max_ms("a"), 15);
  EXPECT_EQ(seen.max_ms("b"), 24);
  EXPECT_EQ(seen.totals("bouncer.pool").timed_out, 1u);
}

// Ten connections are wanted at once and two servers exist: eight wait for one in vain, with a slot of the client's
// pool each. The two that are open carry the other twelve queries, a second each.
TEST(PgBouncer, HasNoMoreServersForTheConnectionsThatAPoolKeeps) {
  const SeenRun seen(
      "topology: t\nresources:\n  db: {kind: postgres, connect: 0ms}\n"
      "  b: {kind: pgbouncer, server: db, default_pool_size: 2, cpu: 0us}\n"
      "  p: {kind: connection_pool, driver: asyncpg, server: b}\nflows:\n" +
          flows_named({"go"}, "{query: {pool: p, io: 1s}}"),
      {{.count = 20}});
  EXPECT_EQ(seen.completed(), 12u);
  EXPECT_EQ(seen.sum_ms(), 2 * (1 + 2 + 3 + 4 + 5 + 6) * 1000);
  EXPECT_EQ(seen.failed("query_wait_timeout"), 8u);
  expect_swept(seen.flow("go").failure, 120'000);
  EXPECT_EQ(seen.totals("b.pool").granted, 2u);
  EXPECT_EQ(seen.totals("db.slots").granted, 2u);
}

// Clients that disconnect after each query share it; the second finds the server connection open.
TEST(PgBouncer, GetsTheServerBackWhenItsClientDisconnects) {
  const SeenRun seen(sessions(", pool_mode: session, default_pool_size: 1", "driver: none"),
                     {{.flow = "a"}, {.flow = "b", .at = "1ms"}});
  EXPECT_EQ(seen.max_ms("a"), 15);
  EXPECT_EQ(seen.max_ms("b"), 24);
  EXPECT_EQ(opened(seen, "bouncer.pool.connections"), 1u);
  EXPECT_EQ(seen.totals("db.slots").granted, 1u);
}

// --- opening and closing servers ----------------------------------------------------------------------------------

TEST(PgBouncer, OpensAServerConnectionWhenNoneIsIdle) {
  const SeenRun seen(transactions("", "{query: {pool: pool, io: 10ms}}", ", rtt: 1ms"),
                     {{.flow = "a"}, {.flow = "b", .at = "1s"}});
  EXPECT_EQ(seen.max_ms("a"), 11);
  const std::string slow =
      "topology: t\nresources:\n  db: {kind: postgres, connect: 5ms}\n"
      "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, cpu: 0us}\n"
      "  pool: {kind: connection_pool, server: bouncer, driver: psycopg, min_size: 2}\nflows:\n" +
      flows_named({"a", "b"}, "{query: {pool: pool, io: 10ms}}");
  const SeenRun seen_slow(slow, {{.flow = "a"}, {.flow = "b", .at = "1s"}});
  EXPECT_EQ(seen_slow.max_ms("a"), 15);
  EXPECT_EQ(seen_slow.max_ms("b"), 10);
}

// Another pool has the only slot of the server until 1 s, and the bouncer has no connection of its own.
TEST(PgBouncer, FailsWhoseServerRefusesAConnection) {
  const SeenRun seen(
      "topology: t\nresources:\n"
      "  db: {kind: postgres, connect: 0ms, max_connections: 2, superuser_reserved_connections: 1}\n"
      "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, cpu: 0us}\n"
      "  direct: {kind: connection_pool, server: db, driver: none}\n"
      "  pool: {kind: connection_pool, server: bouncer, driver: psycopg}\nflows:\n" +
          flows_named({"first"}, "{query: {pool: direct, io: 1s}}") +
          flows_named({"a", "b"}, "{query: {pool: pool, io: 10ms}}"),
      {{.flow = "first"}, {.flow = "a"}, {.flow = "b", .at = "1s"}});
  EXPECT_EQ(seen.failed("too_many_connections", "a"), 1u);
  EXPECT_EQ(seen.max_ms("b"), 10);
  EXPECT_EQ(seen.totals("bouncer.pool").granted, 2u);
}

// Twenty at once: servers appear at 25, 50, .. 500 ms, each for a query of 1 s.
TEST(PgBouncer, OpensItsServersOneAfterTheOther) {
  const SeenRun seen(
      "topology: t\nresources:\n  db: {kind: postgres, connect: 25ms}\n"
      "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, cpu: 0us}\n"
      "  pool: {kind: connection_pool, server: bouncer, driver: psycopg, min_size: 20}\nflows:\n" +
          flows_named({"go"}, "{query: {pool: pool, io: 1s}}"),
      {{.count = 20}});
  EXPECT_EQ(seen.sum_ms(), 20 * 1000 + 25 * (20 * 21 / 2));
  EXPECT_EQ(seen.max_ms(), 1500);
  EXPECT_EQ(whole_ms(seen.totals("bouncer.pool.connections").waiting_area), 25 * (20 * 21 / 2));
}

// The database has one slot and the pool five places: the second waits for the first one's server.
SeenRun with_one_slot(const std::string& work) {
  return SeenRun(transactions("default_pool_size: 5", "{query: {pool: pool, " + work + "}}",
                              ", max_connections: 1, superuser_reserved_connections: 0"),
                 {{.flow = "a"}, {.flow = "b"}});
}

TEST(PgBouncer, KeepsAClientWaitingForItsOtherServersWhenOneIsRefused) {
  const SeenRun soon = with_one_slot("io: 10ms");
  EXPECT_EQ(soon.max_ms("a"), 10);
  EXPECT_EQ(soon.max_ms("b"), 20);
  EXPECT_EQ(soon.totals("db.slots").refused, 1u);
  EXPECT_EQ(opened(soon, "bouncer.pool.connections"), 1u);
  // asked for again every 15 s, at 0, 15, .. 120 s; the janitor looks later
  const SeenRun late = with_one_slot("io: 200s");
  EXPECT_EQ(late.failed("query_wait_timeout", "b"), 1u);
  expect_swept(late.flow("b").failure, 120'000);
  EXPECT_EQ(late.totals("db.slots").refused, 9u);
}

// Three servers until 10 ms, closed when they have been idle for 600 s, or as long as they are told.
TEST(PgBouncer, ClosesIdleServersAboveTheLeast) {
  const auto used = [](const std::string& keys) {
    const SeenRun seen(transactions(keys), {{.count = 3}}, "1000s");
    return seen.used_ms("bouncer.pool.connections");
  };
  EXPECT_EQ(used("default_pool_size: 3"), 3 * 600'010);
  EXPECT_EQ(used("default_pool_size: 3, server_idle_timeout: 30"), 3 * 30'010);
  EXPECT_EQ(used("default_pool_size: 3, server_idle_timeout: 30, min_pool_size: 2"), 30'010 + 2 * 1'000'000);
  EXPECT_EQ(used("default_pool_size: 3, server_idle_timeout: 0"), 3 * 1'000'000);
}

// Two are open from 10 ms on; a query every 4 s takes the one given back last, so that the other is closed at 10 s.
TEST(PgBouncer, TakesTheServerGivenBackLast) {
  const SeenRun seen(transactions("default_pool_size: 2, server_idle_timeout: 10"),
                     {{.count = 2}, {.flow = "a", .at = "4s", .count = 10, .every = "4s"}}, "44s");
  EXPECT_EQ(opened(seen, "bouncer.pool.connections"), 2u);
  EXPECT_EQ(seen.totals("bouncer.pool.connections").completed, 1u);
  EXPECT_EQ(seen.used_ms("bouncer.pool.connections"), 44'000 + 10'010);
}

// --- query_wait_timeout -------------------------------------------------------------------------------------------

// One server, taken for 200 s.
SeenRun with_one_server(const std::string& keys) {
  return SeenRun(transactions("default_pool_size: 1" + keys, "{query: {pool: pool, io: 200s}}"),
                 {{.flow = "a"}, {.flow = "b"}, {.flow = "b", .at = "1s"}});
}

TEST(PgBouncer, FailsWhoWaitsTooLongForAServer) {
  const SeenRun usual = with_one_server("");
  EXPECT_EQ(usual.failed("query_wait_timeout", "b"), 2u);
  expect_swept(usual.flow("b").failure, 120'000);
  EXPECT_EQ(usual.text_of("query_wait_timeout"), "FATAL 08P01: query_wait_timeout");
  const SeenRun told = with_one_server(", query_wait_timeout: 2");
  expect_swept(told.flow("b").failure, 2000);
  EXPECT_EQ(told.totals("bouncer.pool").timed_out, 2u);
}

// Two who come 10 ms apart leave at one look or at the next; all of one process is looked at together, whichever pool.
TEST(PgBouncer, LooksAtThoseWhoWaitEverySoOften) {
  const SeenRun seen(transactions("default_pool_size: 1, query_wait_timeout: 2", "{query: {pool: pool, io: 200s}}"),
                     {{.flow = "a"}, {.flow = "b"}, {.flow = "c", .at = "10ms"}, {.at = "333333us"}});
  const std::int64_t first = seen.flow("b").failure.max();
  const std::int64_t second = seen.flow("c").failure.max() + 10 * kNsOfMs;
  EXPECT_EQ((second - first) % 333'333'000, 0);
  EXPECT_EQ(seen.flow("go").failure.max(), first);  // a period later
}

// The connection of who gets no server is closed by PgBouncer; the client's pool opens another when it needs one.
TEST(PgBouncer, DisconnectsWhoGetsNoServer) {
  const auto with = [](const std::string& timeout) {
    return SeenRun(
        "topology: t\nresources:\n  db: {kind: postgres, connect: 0ms}\n"
        "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, default_pool_size: 1, cpu: 0us" +
            timeout + "}\n  pool: {kind: connection_pool, server: bouncer, driver: psycopg, min_size: 3}\nflows:\n" +
            flows_named({"a", "b"}, "{query: {pool: pool, io: 10s}}"),
        {{.flow = "a"}, {.flow = "b"}}, "100s");
  };
  const SeenRun seen = with(", query_wait_timeout: 2");
  EXPECT_EQ(seen.failed("query_wait_timeout", "b"), 1u);
  EXPECT_EQ(seen.totals("pool.connections").completed, 1u);
  EXPECT_EQ(seen.totals("bouncer.clients").in_use, 2);
  EXPECT_EQ(with("").totals("pool.connections").completed, 0u);
}

TEST(PgBouncer, LetsWaitForEverWithATimeoutOfZero) {
  EXPECT_EQ(with_one_server(", query_wait_timeout: 0").max_ms("b"), 599'000);
}

// --- the reserve --------------------------------------------------------------------------------------------------

// One server and two in reserve, for who has waited 1 s; each query takes 10 s, a connection 50 ms. b is first in line
// from 0 on, c and d behind it.
TEST(PgBouncer, OpensItsReserveForWhoHasWaitedLong) {
  const std::vector<Arrivals> four{{.flow = "a"}, {.flow = "b"}, {.flow = "c"}, {.flow = "go"}};
  const auto with = [&](const std::string& keys) {
    return SeenRun(transactions("default_pool_size: 1" + keys, "{query: {pool: pool, io: 10s}}"), four);
  };
  EXPECT_EQ(with("").max_ms("go"), 40'000);
  EXPECT_EQ(with(", reserve_pool_size: 2, reserve_pool_timeout: 0").max_ms("go"), 40'000);
  const SeenRun seen = with(", reserve_pool_size: 2, reserve_pool_timeout: 1");
  // both are opened at the look that follows 1 s, one after the other, in no time
  EXPECT_GE(seen.flow("b").latency.max(), 11'000 * kNsOfMs);
  EXPECT_LE(seen.flow("b").latency.max(), 11'000 * kNsOfMs + 333'333'000);
  EXPECT_EQ(seen.flow("c").latency.max(), seen.flow("b").latency.max());
  EXPECT_EQ(seen.max_ms("go"), 20'000);  // a's server at 10 s
  EXPECT_EQ(opened(seen, "bouncer.pool.connections"), 3u);
}

// They stay, and are lent as the others, until they have been idle for 60 s; then the pool has its size again.
TEST(PgBouncer, KeepsItsReserveWhileItIsUsed) {
  const SeenRun seen(
      transactions("default_pool_size: 1, server_idle_timeout: 60, reserve_pool_size: 1, reserve_pool_timeout: 1",
                   "{query: {pool: pool, io: 3s}}"),
      {{.flow = "a", .count = 2}, {.flow = "b", .at = "50s", .count = 2}, {.flow = "c", .at = "200s", .count = 2}});
  EXPECT_EQ(seen.max_ms("b"), 3000);                        // at once, on both
  EXPECT_GE(seen.flow("c").latency.max(), 4000 * kNsOfMs);  // after 1 s again
  EXPECT_LT(seen.flow("c").latency.max(), 4334 * kNsOfMs);
  EXPECT_EQ(opened(seen, "bouncer.pool.connections"), 4u);
}

// --- ages ---------------------------------------------------------------------------------------------------------

// A query each second on one of two servers; after 10 s it is not used again.
TEST(PgBouncer, ReplacesAServerThatIsTooOld) {
  const auto with = [](const std::string& keys) {
    const SeenRun seen(transactions("default_pool_size: 1" + keys), {{.count = 41, .every = "1s"}}, "41s");
    return seen.totals("bouncer.pool.connections").completed;
  };
  EXPECT_EQ(with(""), 0u);
  EXPECT_EQ(with(", server_lifetime: 10"), 4u);  // asked for at 10, 20, 30 and 40 s
  EXPECT_EQ(with(", server_lifetime: 0"), 41u);  // used once
}

// --- clients ------------------------------------------------------------------------------------------------------

// Two clients are let in, the third is refused at once and never asks for a server.
TEST(PgBouncer, RefusesClientsAboveTheirNumber) {
  const std::string text =
      "topology: t\nresources:\n  db: {kind: postgres, connect: 0ms}\n"
      "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, max_client_conn: 2, cpu: 0us}\n"
      "  pool: {kind: connection_pool, server: bouncer, driver: none}\nflows:\n" +
      flows_named({"go", "a"}, "{query: {pool: pool, io: 10ms}}");
  const SeenRun seen(text, {{.count = 3}, {.flow = "a", .at = "10ms"}});
  EXPECT_EQ(seen.completed(), 2u);
  EXPECT_EQ(seen.failed("max_client_conn"), 1u);
  EXPECT_EQ(seen.failed_after_ms(), 0);
  EXPECT_EQ(seen.text_of("max_client_conn"), "FATAL 08P01: no more connections allowed (max_client_conn)");
  EXPECT_EQ(seen.totals("bouncer.clients").refused, 1u);
  EXPECT_EQ(seen.totals("bouncer.pool").arrivals, 3u);
  EXPECT_EQ(seen.max_ms("a"), 10);  // two have disconnected at that instant
}

TEST(PgBouncer, CountsTheConnectionsThatAPoolOpensBeforehand) {
  const SeenRun seen(transactions(""), {{.flow = "a"}}, "100s");
  EXPECT_EQ(seen.totals("bouncer.clients").in_use, 500);
  EXPECT_EQ(seen.totals("db.slots").in_use, 1);
  const SeenRun usual(
      "topology: t\nresources:\n  db: {kind: postgres}\n"
      "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction}\n"
      "  pool: {kind: connection_pool, server: bouncer, driver: psycopg, min_size: 500}\nflows:\n" +
          flows_named({"a"}, "{query: {pool: pool}}"),
      {{.flow = "a"}}, "100s");
  EXPECT_EQ(usual.row("bouncer.clients").capacity, 100);
  EXPECT_EQ(usual.totals("bouncer.clients").in_use, 100);
  EXPECT_EQ(usual.row("bouncer.pool").capacity, 20);
}

// --- pools --------------------------------------------------------------------------------------------------------

// Two users and two databases with one server each: the four do not wait for each other. A second pool of the same pair
// shares its server.
TEST(PgBouncer, HasAPoolForEachUserAndDatabase) {
  const auto pool = [](const std::string& name, const std::string& user, const std::string& database) {
    return "  " + name + ": {kind: connection_pool, server: bouncer, driver: psycopg, min_size: 5, user: " + user +
           ", database: " + database + "}\n";
  };
  const auto flow = [](const std::string& name) {
    return flows_named({"f" + name}, "{query: {pool: " + name + ", io: 10ms}}");
  };
  const std::string text =
      "topology: t\nresources:\n  db: {kind: postgres, connect: 0ms}\n"
      "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, default_pool_size: 1, cpu: 0us}\n" +
      pool("p1", "ann", "x") + pool("p2", "ann", "y") + pool("p3", "bob", "x") + pool("p4", "bob", "y") +
      pool("p5", "ann", "x") + "flows:\n" + flow("p1") + flow("p2") + flow("p3") + flow("p4") + flow("p5");
  const SeenRun seen(text, {{.flow = "fp1"}, {.flow = "fp2"}, {.flow = "fp3"}, {.flow = "fp4"}, {.flow = "fp5"}});
  for (const char* name : {"fp1", "fp2", "fp3", "fp4"}) {
    EXPECT_EQ(seen.max_ms(name), 10) << name;
  }
  EXPECT_EQ(seen.max_ms("fp5"), 20);
  EXPECT_EQ(seen.totals("bouncer.pool").arrivals, 2u);
  EXPECT_EQ(seen.totals("bouncer.pool.y.ann").arrivals, 1u);
  EXPECT_EQ(seen.totals("bouncer.pool.x.bob").arrivals, 1u);
  EXPECT_EQ(seen.totals("bouncer.pool.y.bob").arrivals, 1u);
  EXPECT_EQ(seen.totals("db.slots").granted, 4u);
}

TEST(PgBouncer, HasAPoolForEachValueOfItsAttribute) {
  const SeenRun seen(transactions("default_pool_size: 1, per: tenant"),
                     {{.count = 2, .attributes = "tenant: integer(1; 1)"}, {.attributes = "tenant: integer(2; 2)"}});
  EXPECT_EQ(seen.sum_ms(), 10 + 20 + 10);
  EXPECT_EQ(seen.row("bouncer.pool").members, 2u);
}

// --- its thread ---------------------------------------------------------------------------------------------------

std::string threaded(const std::string& keys, const std::string& more, const std::string& driver) {
  return "topology: t\nhosts: {box: {cores: 1}}\nresources:\n  db: {kind: postgres, connect: 0ms}\n"
         "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction" +
         keys + "}\n" + more + "  pool: {kind: connection_pool, server: bouncer, driver: " + driver + "}\nflows:\n" +
         flows_named({"go"}, "{query: {pool: pool, io: 100ms}}");
}

// Three at once, 10 ms of its thread each, one after the other.
TEST(PgBouncer, HandlesOneQueryAtATime) {
  const SeenRun seen(threaded(", cpu: 10ms", "", "psycopg"), {{.count = 3}});
  EXPECT_EQ(seen.sum_ms(), 110 + 120 + 130);
  EXPECT_EQ(seen.row("bouncer.cpu").capacity, 1);
  EXPECT_EQ(seen.used_ms("bouncer.cpu"), 30);
  EXPECT_EQ(seen.totals("bouncer.cpu").waited, 2u);
}

TEST(PgBouncer, TakesSeventyMicrosecondsUnlessToldOtherwise) {
  EXPECT_EQ(SeenRun(threaded("", "", "psycopg"), {{.count = 1}}).flow("go").latency.max(), 100'070'000);
}

// asyncpg's reset goes through it as well: 10 + 100 + 10.
TEST(PgBouncer, HandlesTheResetOfAConnectionToo) {
  EXPECT_EQ(SeenRun(threaded(", cpu: 10ms", "", "asyncpg"), {{.count = 1}}).max_ms(), 120);
}

TEST(PgBouncer, HandlesEachRoundTripOfAQuery) {
  const auto with = [](const std::string& query) {
    return SeenRun(
        "topology: t\nresources:\n  db: {kind: postgres, connect: 0ms, rtt: 1ms}\n"
        "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, cpu: 10ms}\n"
        "  pool: {kind: connection_pool, server: bouncer, driver: psycopg}\nflows:\n" +
            flows_named({"go"}, "{query: {pool: pool, io: 100ms, " + query + "}}"),
        {{.count = 1}});
  };
  EXPECT_EQ(with("round_trips: 3").max_ms(), 3 * 11 + 100);
  EXPECT_EQ(with("round_trips: 3").used_ms("bouncer.cpu"), 30);
  EXPECT_EQ(with("round_trips: 1").max_ms(), 11 + 100);
  EXPECT_EQ(with("round_trips: 0").max_ms(), 10 + 100);  // sent along with something else
}

// One server. a: its query from 0 to 10 ms, its reset behind b's query from 20 to 30; b's reset until 40.
TEST(PgBouncer, LendsAServerForAResetAndForAPing) {
  const auto with = [](const std::string& driver, const std::string& b_at) {
    return SeenRun(
        "topology: t\nresources:\n  db: {kind: postgres, connect: 0ms, rtt: 10ms}\n"
        "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, default_pool_size: 1, cpu: 0us}\n"
        "  pool: {kind: connection_pool, server: bouncer, driver: " +
            driver + "}\nflows:\n" + flows_named({"a", "b"}, "{query: {pool: pool}}"),
        {{.flow = "a"}, {.flow = "b", .at = b_at}});
  };
  const SeenRun reset = with("asyncpg", "0s");
  EXPECT_EQ(reset.max_ms("a"), 30);
  EXPECT_EQ(reset.max_ms("b"), 40);
  EXPECT_EQ(reset.totals("bouncer.pool").arrivals, 4u);
  const SeenRun ping = with("sqlalchemy, pool_pre_ping: true", "1s");
  EXPECT_EQ(ping.max_ms("a"), 10);
  EXPECT_EQ(ping.max_ms("b"), 20);
  EXPECT_EQ(ping.totals("bouncer.pool").arrivals, 3u);
}

// The host's core is shared with a page of 10 ms: both are done at 20 ms.
TEST(PgBouncer, ComputesOnItsHost) {
  const std::string text = threaded(", cpu: 10ms, host: box", "  web: {kind: service, host: box}\n", "psycopg") +
                           flows_named({"page"}, "{cpu: 10ms}", "service: web, ");
  const SeenRun seen(text, {{.count = 1}, {.flow = "page"}});
  EXPECT_EQ(seen.max_ms(), 120);
  EXPECT_EQ(seen.max_ms("page"), 20);
  EXPECT_EQ(seen.used_ms("box.cpu"), 20);
}

TEST(PgBouncer, CostsItsPrice) {
  const auto m = model(transactions("price: $7/month"), arrivals_at({{}}));
  EXPECT_DOUBLE_EQ(fixed_cost(m.topology, m.model).fixed_usd_month, 7);
}

// --- what is refused ----------------------------------------------------------------------------------------------

TEST(PgBouncer, NeedsAServerAndKnownModes) {
  const auto errors = [](const std::string& keys) {
    return errors_of("topology: t\nresources:\n  db: {kind: postgres}\n  bouncer: {kind: pgbouncer" + keys +
                         "}\nflows: {go: {steps: [{delay: 1s}]}}\n",
                     arrivals_at({{}}));
  };
  EXPECT_NE(errors("").find("missing key 'server'"), std::string::npos);
  EXPECT_NE(errors(", server: db, pool_mode: pooled").find("pooled"), std::string::npos);
  EXPECT_NE(errors(", server: db, default_pool_size: 0").find("default_pool_size"), std::string::npos);
  EXPECT_EQ(errors(", server: db, pool_mode: statement"), "");
}

}  // namespace
}  // namespace loadstone::test
