// Nightly jobs behave as fidelity 9 says (docs/reference/fidelity.md, section reaper).
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

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
