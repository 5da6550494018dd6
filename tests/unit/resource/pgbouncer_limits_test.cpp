// Server connections that several pools of a PgBouncer share.
#include <gtest/gtest.h>

#include "tests/unit/resource/opened.hpp"

namespace loadstone::test {
namespace {

// Two users of one database; a server connection takes 50 ms to open, a query a second.
std::string two_users(const std::string& keys) {
  const auto pool = [](const std::string& name, const std::string& database) {
    return "  " + name + ": {kind: connection_pool, server: bouncer, driver: psycopg, min_size: 9, user: " + name +
           ", database: " + database + "}\n";
  };
  const auto flow = [](const std::string& name) {
    return flows_named({name}, "{query: {pool: p_" + name + ", io: 1s}}");
  };
  return "topology: t\nresources:\n  db: {kind: postgres, connect: 50ms}\n"
         "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, cpu: 0us" +
         keys + "}\n" + pool("p_ann", "x") + pool("p_bob", "x") + pool("p_eve", "y") + "flows:\n" + flow("ann") +
         flow("bob") + flow("eve");
}

// Ann has both connections until 1.05 and 1.1 s. The first that is free is closed for Bob, who has waited since 0.5 s
// and opens his; Eve's database is another.
TEST(PgBouncerLimits, MakePoolsOfADatabaseWaitForEachOther) {
  const std::vector<Arrivals> arrivals{{.flow = "ann", .count = 2}, {.flow = "bob", .at = "500ms"}, {.flow = "eve"}};
  const SeenRun seen(two_users(", max_db_connections: 2"), arrivals, "10s");
  EXPECT_EQ(seen.sum_ms("ann"), 1050 + 1100);
  EXPECT_EQ(seen.max_ms("bob"), 550 + 50 + 1000);
  EXPECT_EQ(seen.max_ms("eve"), 1050);
  EXPECT_EQ(seen.totals("bouncer.database").in_use, 2);
  EXPECT_EQ(seen.totals("bouncer.pool.connections").completed, 1u);
  EXPECT_EQ(seen.row("bouncer.database").capacity, 2);
  const SeenRun free(two_users(""), arrivals, "10s");
  EXPECT_EQ(free.max_ms("bob"), 1050);
  EXPECT_EQ(free.totals("bouncer.pool.connections").completed, 0u);
}

// Ann's are idle from 1.05 s and 5.05 s on. Bob needs two at 10 s: both are closed, one after the other.
TEST(PgBouncerLimits, CloseTheConnectionThatHasBeenIdleLongest) {
  const SeenRun seen(two_users(", max_db_connections: 2"),
                     {{.flow = "ann", .count = 2}, {.flow = "bob", .at = "10s", .count = 2}}, "20s");
  EXPECT_EQ(seen.sum_ms("bob"), 1050 + 1100);
  EXPECT_EQ(seen.totals("bouncer.pool.connections").in_use, 0);
  EXPECT_EQ(opened(seen, "bouncer.pool.x.p_bob.connections"), 2u);
}

// Bob waits for room from 0 on; at 1.05 s Ann's second has got her first connection, so that there is none idle before
// she has done at 2.05 s.
TEST(PgBouncerLimits, GiveAPoolItsOwnConnectionsBack) {
  const SeenRun seen(two_users(", max_db_connections: 1"), {{.flow = "ann", .count = 2}, {.flow = "bob"}}, "20s");
  EXPECT_EQ(seen.sum_ms("ann"), 1050 + 2050);
  EXPECT_EQ(seen.max_ms("bob"), 2050 + 50 + 1000);
  EXPECT_EQ(seen.totals("bouncer.database").in_use, 1);
}

}  // namespace
}  // namespace loadstone::test
