// Nightly jobs behave as fidelity 9 says (docs/reference/fidelity.md, section reaper).
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// 10,000 rows at 20,000 rows a second, in one batch of 0.5 s or in ten of 50 ms, each of which holds its rows until it
// commits. Updates of one row of the eighth tenth come every 10 ms from 1 ms on.
SeenRun batches(const std::string& reaper) {
  return SeenRun(
      "topology: t\nresources:\n  db: {kind: postgres, cores: 4, connect: 0ms, fsync: 0ms}\n"
      "  pool: {kind: connection_pool, driver: asyncpg, server: db, min_size: 60, max_size: 60}\nflows:\n"
      "  reaper: {steps: [" +
          reaper + "]}\n  go: {steps: [{query: {pool: pool, commit: true, locks: [{table: sessions, row: 7}]}}]}\n",
      {{.flow = "reaper"}, {.at = "1ms", .count = 60, .every = "10ms"}});
}

// The first update waits from 1 to 500 ms.
TEST(FidelityReaper, Behaviour1AnUpdateOfARowInTheBatchWaitsForItsCommit) {
  const SeenRun seen =
      batches("{query: {pool: pool, cpu: 500ms, commit: true, locks: [{table: sessions, row: 7, mode: update}]}}");
  EXPECT_EQ(seen.max_ms(), 499);
  EXPECT_EQ(seen.max_ms("reaper"), 500);
}

// Only those that come during the row's own batch wait, the first of them from its first to its fiftieth millisecond.
TEST(FidelityReaper, Behaviour1SmallBatchesTakeAsLongAndHoldUpATenth) {
  const SeenRun seen = batches(
      "{repeat: {times: 10, as: tenth}, do: [{query: {pool: pool, cpu: 50ms, commit: true, locks: [{table: "
      "sessions, row: $request.tenth, mode: update}]}}]}");
  EXPECT_EQ(seen.max_ms(), 49);
  EXPECT_EQ(seen.sum_ms(), 49 + 39 + 29 + 19 + 9);
  EXPECT_EQ(seen.max_ms("reaper"), 500);
}

// 5 M rows a day come in 5,000 lots. Each night a run deletes 1,000 rows a second for an hour: 3.6 M. The first runs at
// 24 h; after the fourth, 5 x 4 M + 1,000 have come (the first lot at 0) and 4 x 3.6 M have gone.
TEST(FidelityReaper, Behaviour2ABacklogGrowsByWhatTheWindowDoesNotHold) {
  const auto backlog_after = [](int days) {
    const SeenRun seen(
        "topology: t\nresources: {sessions: {kind: account, unit: rows}}\nflows:\n"
        "  go: {steps: [{put: {in: sessions, count: 1000}}]}\n"
        "  reaper: {steps: [{reap: {from: sessions, batch: 1000, row_time: 1ms}, timeout: 3600500ms, "
        "on_error: {timeout: []}}]}\n"
        "schedules: {nightly: {every: 24h, flow: reaper}}\n",
        {{.count = 5000 * days + 1, .every = "17280ms"}}, std::to_string(days * 24 + 2) + "h");
    return seen.totals("sessions").in_use;
  };
  EXPECT_EQ(backlog_after(1), 5'001'000 - 3'600'000);
  EXPECT_EQ(backlog_after(2) - backlog_after(1), 1'400'000);
  EXPECT_EQ(backlog_after(4) - backlog_after(3), 1'400'000);
}

// Runs of 26 h every 24 h.
std::string nightly(const std::string& overlap) {
  return "topology: t\nresources: {running: {kind: semaphore, size: 2}}\nflows:\n  go: {steps: []}\n"
         "  reaper: {steps: [{hold: running, do: [{delay: 26h}]}]}\n"
         "schedules: {nightly: {every: 24h, flow: reaper, overlap: " +
         overlap + "}}\n";
}

// Starts at 24, 48, .. 240 h: from the second start on two are there for the first 2 h of each.
TEST(FidelityReaper, Behaviour3AllowedRunsOverlapFromTheSecondOn) {
  const SeenRun seen(nightly("allow"), {{}}, "241h");
  EXPECT_EQ(seen.completed("reaper"), 10u);
  EXPECT_EQ(whole_ms(seen.totals("running").full_time), 9 * 2 * 3'600'000);
  EXPECT_EQ(seen.totals("running").waited, 0u);
}

// The run of 24 h is there until 50 h, so that of 48 h is skipped, and so on: 24, 72, 120, 168, 216 h.
TEST(FidelityReaper, Behaviour3ForbiddenRunsAreSkippedEverySecondTime) {
  const SeenRun seen(nightly("forbid"), {{}}, "241h");
  EXPECT_EQ(seen.completed("reaper"), 5u);
  EXPECT_EQ(whole_ms(seen.totals("running").full_time), 0);
}

// Deletes write 60 MB every 1.2 s, which is 50 MB/s, for 600 s; a replica replays that in 2 s. Piece i waits 0.8 i s,
// the last 399.2 s: at 600 s it is 12 GB or 400 s behind, and it is done at 1,000 s.
TEST(FidelityReaper, Behaviour4TheLogOfDeletesPutsAReplicaBehind) {
  const SeenRun seen(
      "topology: t\nresources:\n  db: {kind: postgres, cores: 4, replicas: 1, replay_rate: 30MB/s}\n"
      "  pool: {kind: connection_pool, driver: asyncpg, server: db}\n"
      "flows:\n  go: {steps: [{query: {pool: pool, commit: true, wal: 60MB}}]}\n",
      {{.count = 500, .every = "1200ms"}}, "1100s");
  EXPECT_EQ(seen.used_ms("db.replay"), 1'000'000);
  EXPECT_EQ(whole_ms(seen.totals("db.replay").waiting_area), 800 * (499 * 500 / 2));
  EXPECT_EQ(seen.row("db.replay").meter.wait.max(), 399'200 * kNsOfMs);
}

// Batches of 1,000 rows at 50 us, 100 ms apart, on a server with cores to spare: 20 batches are 1 s of CPU in 20
// periods of 150 ms (the last pause is left out), so that others lose a third of one core at most.
TEST(FidelityReaper, Behaviour5PausesLeaveTwoThirdsOfACore) {
  const SeenRun seen(
      "topology: t\nhosts: {box: {cores: 2}}\nresources:\n  db: {kind: postgres, host: box}\n"
      "  pool: {kind: connection_pool, driver: asyncpg, server: db, min_size: 1, max_size: 1}\n"
      "  sessions: {kind: account, unit: rows, initial: 20000}\n"
      "flows:\n  reaper: {steps: [{reap: {from: sessions, batch: 1000, row_time: 50us, pause: 100ms, pool: pool}}]}\n",
      {{.flow = "reaper"}});
  EXPECT_EQ(seen.totals("sessions").in_use, 0);
  EXPECT_EQ(seen.totals("box.cpu").arrivals, 20u);
  const double busy_s = to_double(seen.totals("box.cpu").in_use_area) * 1e-9;
  const double took_s = static_cast<double>(seen.flow("reaper").latency.max()) * 1e-9;
  EXPECT_NEAR(busy_s, 1.0, 1e-6);
  EXPECT_LE(busy_s / (took_s + 0.1), 1.0 / 3);
  EXPECT_GE(busy_s / (took_s + 0.1), 0.95 / 3);  // commits and round trips take a little
}

}  // namespace
}  // namespace loadstone::test
