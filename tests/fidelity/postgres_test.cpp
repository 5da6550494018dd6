// Postgres.
#include <gtest/gtest.h>

#include "tests/fidelity/closed_load.hpp"

namespace loadstone::test {
namespace {

// 98 at once, of whom 97 get in; three superusers more; and then nobody.
TEST(FidelityPostgres, Behaviour1TheLastSlotsAreTheSuperusers) {
  const SeenRun seen(
      "topology: t\nresources:\n  db: {kind: postgres, connect: 0ms}\n"
      "  app: {kind: connection_pool, driver: none, server: db}\n"
      "  admin: {kind: connection_pool, driver: none, server: db, user: postgres}\nflows:\n" +
          flows_named({"go", "late"}, "{query: {pool: app, io: 1s}}") +
          flows_named({"admin"}, "{query: {pool: admin, io: 1s}}"),
      {{.count = 98}, {.flow = "admin", .at = "1ms", .count = 4}, {.flow = "late", .at = "2ms"}});
  EXPECT_EQ(seen.completed(), 97u);
  EXPECT_EQ(seen.failed("too_many_connections"), 1u);
  EXPECT_EQ(seen.text_of("too_many_connections"),
            "FATAL 53300: remaining connection slots are reserved for non-replication superuser connections");
  EXPECT_EQ(seen.completed("admin"), 3u);
  EXPECT_EQ(seen.failed("too_many_clients", "admin"), 1u);
  EXPECT_EQ(seen.failed("too_many_clients", "late"), 1u);
  EXPECT_EQ(seen.text_of("too_many_clients"), "FATAL 53300: sorry, too many clients already");
  EXPECT_EQ(seen.failed_after_ms(), 0);
  EXPECT_EQ(seen.row("db.slots").meter.wait.count(), 97u);  // of those who are refused no wait is recorded
  EXPECT_EQ(seen.totals("db.slots").waiting_area + seen.totals("db.reserved").waiting_area, 0);
}

// A query of 10 s whose client gives up after one. The second client waits for the only connection.
TEST(FidelityPostgres, Behaviour2AClientThatGivesUpStopsNothingUnlessItsCancelArrives) {
  const auto with = [](const std::string& keys) {
    return SeenRun(
        "topology: t\nresources:\n  db: {kind: postgres, cores: 1, connect: 0ms}\n"
        "  pool: {kind: connection_pool, driver: psycopg, server: db, min_size: 1}\nflows:\n" +
            flows_named({"go"}, "{query: {pool: pool, cpu: 10s}, timeout: 1s" + keys + "}") +
            flows_named({"next"}, "{query: {pool: pool, io: 1s}}"),
        {{}, {.flow = "next"}}, "100s");
  };
  const SeenRun goes_on = with("");
  EXPECT_EQ(goes_on.failed_after_ms(), 1000);
  EXPECT_EQ(goes_on.used_ms("db.cpu"), 10'000);
  EXPECT_EQ(goes_on.max_ms("next"), 11'000);
  const SeenRun stopped = with(", cancel_propagates: extra_connection");
  EXPECT_EQ(stopped.failed_after_ms(), 1000);
  EXPECT_EQ(stopped.used_ms("db.cpu"), 1000);
  EXPECT_EQ(stopped.max_ms("next"), 2000);
  EXPECT_EQ(stopped.totals("db.slots").granted, 1u);  // the session survives and is used again
}

// A transaction that locks one row and keeps it for 4 ms, a pause of its client of 2 ms, 2 ms and a flush of 2 ms.
std::string one_row(const std::string& keys) {
  return "topology: t\nresources:\n  db: {kind: postgres, fsync: 2ms" + keys +
         "}\n  pool: {kind: connection_pool, driver: psycopg, server: db, min_size: 50}\nflows:\n" +
         flows_named({"go"},
                     "{hold: pool, do: [{query: {io: 4ms, locks: [{table: counters, row: 1}]}}, {delay: 2ms}, "
                     "{query: {io: 2ms, commit: true}}]}");
}

TEST(FidelityPostgres, Behaviour3AHotRowIsAsFastAsItsLockHoldWhateverTheNumberOfClients) {
  for (const int n : {1, 2, 10, 40}) {
    const SeenRun seen(model(one_row(""), users(n, "5005ms", "1005ms")));
    EXPECT_EQ(seen.flow("go").completed_in_window, 400u) << n;                      // 4 s by 10 ms
    EXPECT_EQ(seen.row("db.locks").meter.wait.min(), (n - 1) * 10 * kNsOfMs) << n;  // in turn: all wait the same
    EXPECT_EQ(seen.row("db.locks").meter.wait.max(), (n - 1) * 10 * kNsOfMs) << n;
  }
}

// Ten at once: the first four wait 0 to 30 ms, the others give up after 35.
TEST(FidelityPostgres, Behaviour3WhoWaitsLongerThanLockTimeoutFails) {
  const SeenRun seen(one_row(", lock_timeout: 35"), {{.count = 10}});
  EXPECT_EQ(seen.completed(), 4u);
  EXPECT_EQ(seen.sum_ms(), 10 + 20 + 30 + 40);
  EXPECT_EQ(seen.failed("lock_not_available"), 6u);
  EXPECT_EQ(seen.flow("go").failure.min(), 35 * kNsOfMs);
  EXPECT_EQ(seen.failed_after_ms(), 35);
  EXPECT_EQ(seen.text_of("lock_not_available"), "ERROR 55P03: canceling statement due to lock timeout");
}

// Both have one row from 0 on and ask for the other at 10 ms; a second later the first to look is the victim.
TEST(FidelityPostgres, Behaviour4OneOfTwoThatLockEachOthersRowsIsTheVictim) {
  const auto transaction = [](const std::string& name, const std::string& first, const std::string& second) {
    return flows_named({name}, "{hold: pool, do: [{query: {locks: [{row: " + first +
                                   "}]}}, {delay: 10ms}, {query: {io: 5ms, locks: [{row: " + second + "}]}}]}");
  };
  const SeenRun seen(
      "topology: t\nresources:\n  db: {kind: postgres}\n"
      "  pool: {kind: connection_pool, driver: psycopg, server: db}\nflows:\n" +
          transaction("ab", "1", "2") + transaction("ba", "2", "1"),
      {{.flow = "ab"}, {.flow = "ba"}});
  EXPECT_EQ(seen.failed("deadlock_detected", "ab"), 1u);
  EXPECT_EQ(seen.failed_after_ms("ab"), 1010);
  EXPECT_EQ(seen.max_ms("ba"), 1010 + 5);
  EXPECT_EQ(seen.text_of("deadlock_detected"), "ERROR 40P01: deadlock detected");
}

// n clients, 10 ms of CPU time each, four cores: all n are done together after 10 n / 4 ms over the efficiency.
TEST(FidelityPostgres, Behaviour5CoresAreSharedAndTooManyBackendsCostThroughput) {
  const auto latency_ms = [](int n, const std::string& keys) {
    const SeenRun seen(model("topology: t\nresources:\n  db: {kind: postgres, cores: 4, max_connections: 1000" + keys +
                                 "}\n  pool: {kind: connection_pool, driver: psycopg, server: db, min_size: 400}\n"
                                 "flows:\n" +
                                 flows_named({"go"}, "{query: {pool: pool, cpu: 10ms}}"),
                             users(n, "5s")));
    EXPECT_NEAR(to_double(at_window_end(seen, "db.cpu").in_use_area), 4 * 5e9, 1e3);  // busy all the time
    return seen.flow("go").latency.mean() * 1e-6;
  };
  EXPECT_NEAR(latency_ms(4, ""), 10, 1e-4);  // 400/s
  EXPECT_NEAR(latency_ms(8, ""), 20, 1e-4);  // 400/s
  EXPECT_NEAR(latency_ms(40, ""), 100, 1e-4);
  EXPECT_NEAR(latency_ms(400, ""), 1000, 1e-4);
  const std::string contended = ", sigma: 0.001, kappa: 0.000001";
  EXPECT_NEAR(latency_ms(4, contended), 10, 1e-4);
  EXPECT_NEAR(latency_ms(40, contended), 100 * (1 + 0.001 * 36 + 1e-6 * 40 * 36), 1e-4);
  EXPECT_NEAR(latency_ms(400, contended), 1000 * (1 + 0.001 * 396 + 1e-6 * 400 * 396), 1e-4);  // 257/s
}

// 1 MB a commit, 20 ms to replay one. Number k of the burst is shipped at 10 k + 1 ms and waits 10 k ms; then they come
// every 40 ms, and number j waits 1000 - 20 j ms, until nothing is left to catch up with.
TEST(FidelityPostgres, Behaviour6AReplicaFallsBehindDuringABurstAndCatchesUpAfterIt) {
  const std::string text =
      "topology: t\nresources:\n  db: {kind: postgres, replicas: 1, replay_rate: 50MB/s}\n"
      "  pool: {kind: connection_pool, driver: psycopg, server: db}\nflows:\n" +
      flows_named({"go"}, "{query: {pool: pool, commit: true, wal: 1MB}}");
  const Arrivals burst{.count = 100, .every = "10ms"};
  const SeenRun during(text, {burst});
  EXPECT_EQ(whole_ms(during.totals("db.replay").waiting_area), 10 * (99 * 100 / 2));
  EXPECT_EQ(during.row("db.replay").meter.wait.max(), 990 * kNsOfMs);
  const SeenRun after(text, {burst, {.at = "1s", .count = 70, .every = "40ms"}});
  EXPECT_EQ(whole_ms(after.totals("db.replay").waiting_area), 10 * (99 * 100 / 2) + 50 * 1000 - 20 * (49 * 50 / 2));
  EXPECT_EQ(after.totals("db.replay").waited, 99u + 50u);
  EXPECT_EQ(after.max_ms(), 1);  // nobody waits for a replica
}

}  // namespace
}  // namespace loadstone::test
