#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Flow `in` puts what `put` says, `out` takes one entry.
load::Loaded account(const std::string& keys, const std::string& workload, const std::string& put = "{in: table}") {
  return model("topology: t\nresources: {table: {kind: account, " + keys + "}}\nflows:\n  in: {steps: [{put: " + put +
                   "}]}\n  out: {steps: [{take: {from: table}}]}\n",
               workload);
}

const Totals& totals(const load::Loaded& m, const Observations& o) {
  return o.resources[row_of(m.model, "table")].at_end;
}
const FlowStats& flow(const load::Loaded& m, const Observations& o, std::string_view name) {
  return o.flows[flow_of(m.model, name)];
}

std::uint64_t marked(const load::Loaded& m, const Observations& o, std::string_view name) {
  const auto& names = m.model.marks;
  return o.marks.at(static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()));
}

// A row each second from 0 to 9; at the end of 20 s: sum of (20 - i) over i = 0 .. 9 is 155 row-seconds.
TEST(Account, ItsLevelIsTheSumOfWhatIsInIt) {
  const auto m = account("unit: rows, initial: 3", arrivals_at({{.flow = "in", .count = 10, .every = "1s"}}, "20s"));
  const Observations o = run_once(m);
  EXPECT_EQ(totals(m, o).in_use, 13);
  EXPECT_EQ(totals(m, o).in_use_area, (155 + 3 * 20) * kSecond);
}

TEST(Account, RefusesOrDropsWhatDoesNotFit) {
  for (const auto& [policy, failed] : {std::pair{"refuse", 2u}, std::pair{"drop", 0u}}) {
    const auto m = account("capacity: 3, on_full: " + std::string(policy), arrivals_at({{.flow = "in", .count = 5}}));
    const Observations o = run_once(m);
    EXPECT_EQ(flow(m, o, "in").run.failed, failed);
    EXPECT_EQ(totals(m, o).in_use, 3);
    EXPECT_EQ(totals(m, o).refused, 2u);
    if (failed > 0) {
      EXPECT_EQ(flow(m, o, "in").errors[error_of(m.model, "account_full")], 2u);
    }
  }
}

// Rows at 0, 1, 2, 3 and 4 s that live for 10 s, in an account of 3: those of 3 s and 4 s evict those of 0 s and 1 s,
// so that what expires is gone at 12, 13 and 14 s: 3 x 10 s, and 3 s and 3 s of the two.
TEST(Account, EvictsWhatIsDueFirst) {
  const auto m =
      account("capacity: 3, ttl: 10s, on_full: evict", arrivals_at({{.flow = "in", .count = 5, .every = "1s"}}, "20s"));
  const Observations o = run_once(m);
  EXPECT_EQ(flow(m, o, "in").run.failed, 0u);
  EXPECT_EQ(totals(m, o).refused, 0u);
  EXPECT_EQ(totals(m, o).in_use_area, (3 * 10 + 3 + 3) * kSecond);
  EXPECT_EQ(marked(m, o, "table.evictions"), 2u);
}

TEST(Account, APutLargerThanTheAccountEvictsNothing) {
  const auto m =
      account("capacity: 3, initial: 2, on_full: evict", arrivals_at({{.flow = "in"}}), "{in: table, count: 4}");
  const Observations o = run_once(m);
  EXPECT_EQ(flow(m, o, "in").errors[error_of(m.model, "account_full")], 1u);
  EXPECT_EQ(totals(m, o).in_use, 2);
}

// The fourth and the eighth find it full, and it is empty after each.
TEST(Account, CrashesWithAllThatIsInIt) {
  const auto m =
      account("capacity: 3, on_full: crash", arrivals_at({{.flow = "in", .count = 9, .every = "1s"}}, "20s"));
  const Observations o = run_once(m);
  EXPECT_EQ(flow(m, o, "in").errors[error_of(m.model, "account_full")], 2u);
  EXPECT_EQ(totals(m, o).in_use, 1);
  EXPECT_EQ(marked(m, o, "table.crashes"), 2u);
}

// Full at 0; `out` makes room at 4 s and at 7 s, in the order in which they came.
TEST(Account, BlocksUntilThereIsRoom) {
  const auto m =
      account("capacity: 2, on_full: block",
              arrivals_at({{.flow = "in", .count = 4}, {.flow = "out", .at = "4s"}, {.flow = "out", .at = "7s"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(flow(m, o, "in").latency.sum(), (0 + 0 + 4 + 7) * kSecond);
  EXPECT_EQ(totals(m, o).waited, 2u);
  EXPECT_EQ(o.resources[row_of(m.model, "table")].meter.wait_sum, 11 * kSecond);
}

// The first in line wants 2, the second 1: one free place is for neither. When the first gives up at 5 s, the second
// goes.
TEST(Account, ALargePutIsNotOvertakenUntilItGivesUp) {
  const auto m = model(
      "topology: t\nresources: {table: {kind: account, capacity: 3, on_full: block, initial: 2}}\nflows:\n"
      "  two: {steps: [{put: {in: table, count: 2}, timeout: 5s}]}\n  one: {steps: [{put: {in: table}}]}\n",
      arrivals_at({{.flow = "two"}, {.flow = "one", .at = "1s"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(flow(m, o, "two").run.failed, 1u);
  EXPECT_EQ(flow(m, o, "one").latency.max(), 4 * kSecond);
  EXPECT_EQ(totals(m, o).timed_out, 1u);
}

TEST(Account, APutLargerThanTheAccountIsRefusedEvenWhereOthersWait) {
  const auto m = account("capacity: 3, on_full: block", arrivals_at({{.flow = "in"}}), "{in: table, count: 4}");
  EXPECT_EQ(flow(m, run_once(m), "in").run.failed, 1u);
}

TEST(Account, CannotGiveWhatItHasNot) {
  const auto m = account("initial: 1", arrivals_at({{.flow = "out", .count = 3}}));
  const Observations o = run_once(m);
  EXPECT_EQ(flow(m, o, "out").errors[error_of(m.model, "account_empty")], 2u);
  EXPECT_EQ(totals(m, o).in_use, 0);
}

TEST(Account, CountsBytesByEntryOrBySize) {
  const auto entries =
      account("unit: bytes, capacity: 1MB, entry: 2kB", arrivals_at({{.flow = "in"}}), "{in: table, count: 3}");
  EXPECT_EQ(totals(entries, run_once(entries)).in_use, 6000);
  const auto size =
      account("unit: bytes, capacity: 1MB, entry: 2kB", arrivals_at({{.flow = "in"}}), "{in: table, size: 700B}");
  EXPECT_EQ(totals(size, run_once(size)).in_use, 700);
}

// --- time to live -------------------------------------------------------------------------------------------------

// Each lives 10 s: 5 rows put at 0, 1, .. 4 s have an area of 50 row-seconds, whatever happens.
TEST(Account, EntriesVanishWhenTheirTimeHasPassed) {
  const auto m = account("unit: rows, ttl: 10s", arrivals_at({{.flow = "in", .count = 5, .every = "1s"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(totals(m, o).in_use, 0);
  EXPECT_EQ(totals(m, o).in_use_area, 50 * kSecond);
}

// Full until 10 s. A put at 10 s comes after the expiry of that instant (Phase::expire before Phase::arrival).
TEST(Account, AnEntryThatExpiresNowMakesRoomForAPutAtThisInstant) {
  const auto m =
      account("capacity: 1, ttl: 10s",
              arrivals_at({{.flow = "in"}, {.flow = "in", .at = "9999999999ns"}, {.flow = "in", .at = "10s"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(flow(m, o, "in").run.completed, 2u);
}

// And `take` at that instant finds it gone.
TEST(Account, AnEntryThatExpiresNowCannotBeTakenAtThisInstant) {
  const auto m = account("ttl: 10s", arrivals_at({{.flow = "in"}, {.flow = "out", .at = "10s"}}));
  EXPECT_EQ(flow(m, run_once(m), "out").run.failed, 1u);
}

// A waiter gets the room that an expiry makes, at its instant: 10 s.
TEST(Account, AnExpiryLetsWhoWaitsGoOn) {
  const auto m = account("capacity: 1, ttl: 10s, on_full: block", arrivals_at({{.flow = "in", .count = 3}}));
  EXPECT_EQ(flow(m, run_once(m), "in").latency.sum(), (0 + 10 + 20) * kSecond);
}

// The put's own time to live is shorter than the account's: due earlier although put later.
TEST(Account, APutCanHaveATimeToLiveOfItsOwn) {
  const auto m = model(
      "topology: t\nresources: {table: {kind: account, ttl: 100s}}\nflows:\n"
      "  long: {steps: [{put: table}]}\n  short: {steps: [{put: {in: table, ttl: 1s}}]}\n",
      arrivals_at({{.flow = "long"}, {.flow = "short", .at = "1s"}}));
  EXPECT_EQ(totals(m, run_once(m)).in_use_area, 101 * kSecond);
}

// What is due first is taken first: of the two the one due at 5 s goes at 2 s, the other lives until 10 s.
TEST(Account, GivesWhatIsDueFirst) {
  const auto m = model(
      "topology: t\nresources: {table: {kind: account}}\nflows:\n"
      "  long: {steps: [{put: {in: table, ttl: 10s}}]}\n  short: {steps: [{put: {in: table, ttl: 5s}}]}\n"
      "  out: {steps: [{take: table}]}\n",
      arrivals_at({{.flow = "long"}, {.flow = "short"}, {.flow = "out", .at = "2s"}}));
  EXPECT_EQ(totals(m, run_once(m)).in_use_area, 12 * kSecond);
}

// --- reaping ------------------------------------------------------------------------------------------------------

load::Loaded reaped(const std::string& keys, const std::string& reap, const std::string& workload) {
  return model("topology: t\nresources: {table: {kind: account, unit: rows, " + keys + "}}\nflows:\n" +
                   "  in: {steps: [{put: table}]}\n  reaper: {steps: [{reap: {from: table, " + reap + "}}]}\n",
               workload);
}

// 2,500 rows in batches of 1,000 at 1 ms a row: 1 s, pause 5 s, 1 s, pause 5 s, 0.5 s = 12.5 s. Rows go at the end of
// their batch: area = 2500 x 1 + 1500 x 6 + 500 x 5.5.
TEST(Reap, DeletesBatchAfterBatchUntilNothingIsDue) {
  const auto m = reaped("initial: 2500", "batch: 1000, row_time: 1ms, pause: 5s", arrivals_at({{.flow = "reaper"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(flow(m, o, "reaper").latency.max(), 12'500'000'000);
  EXPECT_EQ(totals(m, o).in_use, 0);
  EXPECT_EQ(totals(m, o).in_use_area, (2500 + 9000 + 2750) * kSecond);
}

// Rows stay when their time has passed; at 8 s those of 0, 1, 2 and 3 s are due (5 s old), the last at this very
// instant.
TEST(Reap, TakesOnlyWhatIsDue) {
  const auto m = reaped("ttl: 5s, expired: stay", "row_time: 0s",
                        arrivals_at({{.flow = "in", .count = 6, .every = "1s"}, {.flow = "reaper", .at = "8s"}}));
  EXPECT_EQ(totals(m, run_once(m)).in_use, 2);
}

// Without a reaper nothing goes.
TEST(Reap, NothingVanishesWhereItStays) {
  const auto m =
      reaped("ttl: 5s, expired: stay", "row_time: 0s", arrivals_at({{.flow = "in", .count = 6, .every = "1s"}}));
  EXPECT_EQ(totals(m, run_once(m)).in_use, 6);
}

// Inflow 10/s, a reaper that can do 1,000 rows/s in windows of its own: two reapers at once delete each row once.
TEST(Reap, TwoReapersDeleteEachRowOnce) {
  const auto m = reaped("initial: 1500", "batch: 1000, row_time: 1ms", arrivals_at({{.flow = "reaper", .count = 2}}));
  const Observations o = run_once(m);
  EXPECT_EQ(totals(m, o).in_use, 0);
  EXPECT_EQ(flow(m, o, "reaper").latency.max(), 1'500'000'000);
}

// A batch that is given up is rolled back: at 1.5 s the second batch of 1 s is not done.
TEST(Reap, ABatchThatIsGivenUpDeletesNothing) {
  const auto m = model(
      "topology: t\nresources: {table: {kind: account, initial: 3000}}\nflows:\n"
      "  reaper: {steps: [{reap: {from: table, batch: 1000, row_time: 1ms}, timeout: 1500ms, cancel_propagates: "
      "inline}]}\n",
      arrivals_at({{.flow = "reaper"}}));
  EXPECT_EQ(totals(m, run_once(m)).in_use, 2000);
}

// Each batch gets its connection, is CPU on the server, commits, and gives the connection back: 2 batches of 1,000 rows
// at 1 ms are 2 s of the server's CPU and one connection at a time.
TEST(Reap, WorksThroughAConnection) {
  const auto m = model(
      "topology: t\nhosts: {box: {cores: 2}}\nresources:\n  db: {kind: postgres, host: box}\n"
      "  pool: {kind: connection_pool, driver: asyncpg, server: db, min_size: 1, max_size: 1}\n"
      "  table: {kind: account, unit: rows, initial: 2000}\n"
      "flows:\n  reaper: {steps: [{reap: {from: table, batch: 1000, row_time: 1ms, pause: 10s, pool: pool}}]}\n",
      arrivals_at({{.flow = "reaper"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(totals(m, o).in_use, 0);
  EXPECT_EQ(o.resources[row_of(m.model, "box.cpu")].at_end.arrivals, 2u);
  EXPECT_NEAR(to_double(o.resources[row_of(m.model, "box.cpu")].at_end.in_use_area), 2e9, 0.1e9);
  EXPECT_GE(flow(m, o, "reaper").latency.max(), 12 * kSecond);
  EXPECT_LE(flow(m, o, "reaper").latency.max(), 12 * kSecond + kSecond / 10);
}

// --- budgets ------------------------------------------------------------------------------------------------------

load::Loaded charged(const std::string& workload) {
  return model(
      "topology: t\npopulations: {booking: {count: 5}}\nresources:\n"
      "  budget: {kind: account, unit: usd, capacity: $1, per: booking}\n"
      "  ai: {kind: llm, ttft: 10s, itl: 0s, price: {input: $100/M, output: $200/M}}\n"
      "flows: {go: {steps: [{llm: {provider: ai, input_tokens: 1000, output_tokens: 1000, charge: budget}}]}}\n",
      workload);
}

// Fidelity 6.8.5: a limit of 1 dollar, 5 parallel calls of 0.30: all are admitted, 1.50 is spent; the next is refused.
TEST(Charge, LooksAtWhatWasSpentBeforeTheCall) {
  const std::string same = "booking: integer(2; 2)";
  const auto m = charged(arrivals_at({{.count = 5, .attributes = same},
                                      {.at = "11s", .attributes = same},
                                      {.at = "12s", .attributes = "booking: integer(3; 3)"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.resources[row_of(m.model, "budget")].at_end.in_use, 1'500'000'000 + 300'000'000);
  EXPECT_EQ(o.flows[0].errors[error_of(m.model, "budget_exceeded")], 1u);
  EXPECT_EQ(o.spent_nano_usd, 6 * 300'000'000);
}

TEST(Charge, LetsTheCallThatCrossesTheLineFinish) {
  const auto m = charged(arrivals_at({{.count = 6, .attributes = "booking: integer(2; 2)", .every = "20s"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].run.completed, 4u);  // 0.30, 0.60, 0.90, 1.20
}

// --- what is refused ----------------------------------------------------------------------------------------------

std::string complaints(const std::string& keys, const std::string& step) {
  return errors_of(
      "topology: t\nresources: {table: {kind: account, " + keys + "}}\nflows: {go: {steps: [{" + step + "}]}}\n",
      arrivals_at({{}}));
}

TEST(Account, SaysWhatDoesNotFitItsUnit) {
  EXPECT_NE(complaints("unit: bytes, capacity: 5", "put: {in: table, size: 1kB}")
                .find("'capacity' must be a number of bytes"),
            std::string::npos);
  EXPECT_NE(complaints("unit: bytes", "put: table").find("needs the size of an 'entry'"), std::string::npos);
  EXPECT_NE(complaints("unit: rows", "put: {in: table, size: 1kB}").find("'size' is in bytes"), std::string::npos);
  EXPECT_NE(complaints("capacity: 5, initial: 6", "put: table").find("more than 'capacity'"), std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
