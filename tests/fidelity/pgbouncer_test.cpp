// PgBouncer.
#include <gtest/gtest.h>

#include "tests/fidelity/closed_load.hpp"
#include "tests/unit/resource/opened.hpp"

namespace loadstone::test {
namespace {

// 500 client connections that are kept, a bouncer without CPU time, a database with four cores.
std::string bounced(const std::string& keys, const std::string& steps, const std::string& database = "connect: 0ms") {
  return "topology: t\nresources:\n  db: {kind: postgres, cores: 4, " + database +
         "}\n  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, max_client_conn: 1000, cpu: 0us" + keys +
         "}\n  pool: {kind: connection_pool, server: bouncer, driver: psycopg, min_size: 500}\nflows:\n" +
         flows_named({"go"}, steps);
}

// 100 clients, 20 servers, 10 ms: 20 are done every 10 ms and 80 wait, each for four rounds of the others.
TEST(FidelityPgbouncer, Behaviour1TwentyServersCarryAHundredClientsInTurn) {
  const auto after = [](const char* warmup) {
    return SeenRun(model(bounced("", "{query: {pool: pool, io: 10ms}}"), users(100, "10005ms", warmup)));
  };
  const SeenRun all = after("0s");
  EXPECT_EQ(all.flow("go").completed_in_window, 20'000u);
  EXPECT_EQ(whole_ms(at_window_end(all, "bouncer.pool").in_use_area), 20 * 10'005);
  EXPECT_EQ(whole_ms(at_window_end(all, "bouncer.pool").waiting_area), 80 * 10'005);
  const SeenRun steady = after("100ms");  // first come, first served: all wait the same
  EXPECT_EQ(steady.row("bouncer.pool").meter.wait.min(), 40 * kNsOfMs);
  EXPECT_EQ(steady.row("bouncer.pool").meter.wait.max(), 40 * kNsOfMs);
}

// 200 ms of the client's own inside the transaction: 20 servers, 210 ms each, and nothing to compute.
TEST(FidelityPgbouncer, Behaviour2AServerIsLentWhileItsClientThinks) {
  const std::string steps = "{hold: pool, do: [{query: {io: 10ms}}, {delay: 200ms}]}";
  const SeenRun seen(model(bounced("", steps), users(100, "21005ms")));
  EXPECT_EQ(seen.flow("go").completed_in_window, 2000u);  // 21 s x 20 / 0.210 s
  EXPECT_EQ(whole_ms(at_window_end(seen, "bouncer.pool").in_use_area), 20 * 21'005);
  EXPECT_EQ(at_window_end(seen, "db.cpu").in_use_area, 0);
}

// Four clients of one server, a second each: every one waits 3 s for ever, and the reserve of 5 s is never opened.
TEST(FidelityPgbouncer, Behaviour3AWaitBelowTheReservesTimeoutOpensNothing) {
  const std::string keys = ", default_pool_size: 1, reserve_pool_size: 5, reserve_pool_timeout: 5";
  const SeenRun seen(model(bounced(keys, "{query: {pool: pool, io: 1s}}"), users(4, "100s", "10s")));
  EXPECT_EQ(seen.row("bouncer.pool").meter.wait.max(), 3000 * kNsOfMs);
  EXPECT_EQ(opened(seen, "bouncer.pool.connections"), 1u);
}

// The server is stuck. At the look that follows 5 s one is opened, 100 ms later the next, and so on; the last of eight
// clients waits until one is free.
TEST(FidelityPgbouncer, Behaviour3TheReserveOpensOneByOneOnceTheHeadHasWaited) {
  const std::vector<std::string> names{"b0", "b1", "b2", "b3", "b4", "last"};
  std::vector<Arrivals> arrivals{{}};
  for (const std::string& name : names) {
    arrivals.push_back({.flow = name, .at = "1s"});
  }
  const SeenRun seen(
      bounced(", default_pool_size: 1, reserve_pool_size: 5, reserve_pool_timeout: 5, query_wait_timeout: 0",
              "{query: {pool: pool, io: 100s}}", "connect: 100ms") +
          flows_named(names, "{query: {pool: pool, io: 100s}}"),
      arrivals);
  const std::int64_t first = seen.flow("b0").latency.max() - 100'000 * kNsOfMs;
  EXPECT_GE(first, 5100 * kNsOfMs);
  EXPECT_LE(first, 5100 * kNsOfMs + 333'333'000);
  for (int i = 1; i < 5; ++i) {
    EXPECT_EQ(seen.flow(names[static_cast<std::size_t>(i)]).latency.max() - 100'000 * kNsOfMs,
              first + i * 100 * kNsOfMs);
  }
  EXPECT_EQ(seen.max_ms("last"), 100'100 - 1000 + 100'000);  // the first server, which was open at 100 ms
  EXPECT_EQ(opened(seen, "bouncer.pool.connections"), 6u);
}

TEST(FidelityPgbouncer, Behaviour4WhoWaitsTooLongIsToldAtTheNextLookAndDisconnected) {
  const SeenRun seen(bounced(", default_pool_size: 20, query_wait_timeout: 2", "{query: {pool: pool, io: 100s}}"),
                     {{.count = 20}, {.at = "1s", .count = 40, .every = "10ms"}}, "200s");
  EXPECT_EQ(seen.completed(), 20u);
  EXPECT_EQ(seen.failed("query_wait_timeout"), 40u);
  EXPECT_GT(seen.flow("go").failure.min(), 2000 * kNsOfMs);
  EXPECT_LE(seen.flow("go").failure.max(), 2000 * kNsOfMs + 333'333'000);
  EXPECT_EQ(seen.text_of("query_wait_timeout"), "FATAL 08P01: query_wait_timeout");
  EXPECT_EQ(seen.totals("pool.connections").completed, 40u);
}

// 101 clients connect; the last is told so at once, has no place in any line, and the others do not notice.
TEST(FidelityPgbouncer, Behaviour5TheClientAboveTheirNumberIsTurnedAway) {
  const SeenRun seen(
      "topology: t\nresources:\n  db: {kind: postgres, connect: 0ms}\n"
      "  bouncer: {kind: pgbouncer, server: db, pool_mode: transaction, cpu: 0us}\n"
      "  pool: {kind: connection_pool, server: bouncer, driver: none}\nflows:\n" +
          flows_named({"go"}, "{query: {pool: pool, io: 10ms}}"),
      {{.count = 101}});
  EXPECT_EQ(seen.completed(), 100u);
  EXPECT_EQ(seen.failed("max_client_conn"), 1u);
  EXPECT_EQ(seen.failed_after_ms(), 0);
  EXPECT_EQ(seen.text_of("max_client_conn"), "FATAL 08P01: no more connections allowed (max_client_conn)");
  EXPECT_EQ(seen.totals("bouncer.pool").arrivals, 100u);
  EXPECT_EQ(seen.sum_ms(), 20 * (10 + 20 + 30 + 40 + 50));
}

TEST(FidelityPgbouncer, Behaviour6AColdPoolOpensItsServersOneAfterTheOther) {
  const SeenRun seen(bounced("", "{query: {pool: pool, io: 1s}}", "connect: 25ms"), {{.count = 20}});
  EXPECT_EQ(seen.sum_ms(), 20 * 1000 + 25 * (20 * 21 / 2));  // begun at 25, 50, .. 500 ms
  EXPECT_EQ(seen.max_ms(), 1500);
}

}  // namespace
}  // namespace loadstone::test
