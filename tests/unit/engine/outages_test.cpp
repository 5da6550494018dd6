// What a fault does to those who come while it lasts, and to the pace of what is slow. Instants by hand.
#include <gtest/gtest.h>

#include "sim/experiment/measure_bound.hpp"
#include "tests/unit/engine/faulty_run.hpp"

namespace loadstone::test {
namespace {

const std::vector<Arrivals> kEverySecond{{.count = 7, .every = "1s"}};  // at 0, 1 .. 6 s

// --- down ---------------------------------------------------------------------------------------------------------

// From 2 s on and before 5 s: 2, 3 and 4 are refused, and 5 is not. The service that ends at 2 s has ended.
TEST(Outages, DownRefusesFromItsFirstInstantToBeforeItsLast) {
  const SeenRun run = faulty(kDeskOfASecond, kEverySecond, "{at: 2s, for: 3s, target: desk, is: down}");
  EXPECT_EQ(run.failed("unavailable"), 3u);
  EXPECT_EQ(run.failed_after_ms(), 0);
  EXPECT_EQ(run.completed(), 4u);
  EXPECT_EQ(run.max_ms(), 1000);
  EXPECT_EQ(run.totals("desk").arrivals, 4u);
}

TEST(Outages, DownLetsThoseInsideGoOn) {
  const SeenRun run = faulty(kDeskOfASecond, {{.count = 3}}, "{at: 500ms, for: 10s, target: desk, is: down}");
  EXPECT_EQ(run.completed(), 3u);
  EXPECT_EQ(run.sum_ms(), 1000 + 2000 + 3000);
}

TEST(Outages, WithoutAnEndLastsToTheEnd) {
  const SeenRun run = faulty(kDeskOfASecond, kEverySecond, "{at: 2s, target: desk, is: down}");
  EXPECT_EQ(run.failed("unavailable"), 5u);
}

// Attempts at 0, 1 and 3 s (1 s, then 2 s of pause); it is back at 3 s.
TEST(Outages, ARetryGetsThroughWhenItIsOver) {
  const SeenRun run = faulty(
      "resources: {desk: {kind: station, service: 1s}}\n"
      "flows: {go: {steps: [{visit: desk, retry: {max: 5, base: 1s, errors: [unavailable]}}]}}\n",
      {{.count = 1}}, "{at: 0s, for: 3s, target: desk, is: down}");
  EXPECT_EQ(run.sum_ms(), 4000);
}

TEST(Outages, AHostTakesWhatRunsOnItDown) {
  const SeenRun run = faulty(
      "hosts: {vps: {cores: 4}}\nresources:\n  redis: {kind: redis, host: vps}\n  api: {kind: service, host: vps}\n"
      "  far: {kind: service}\n  near: {kind: cache, of: redis, hit: 100%}\n"
      "flows:\n  go: {service: api, steps: [{delay: 1s}]}\n"
      "  look: {steps: [{cache: near, miss: []}]}\n  away: {service: far, steps: [{delay: 1s}]}\n",
      {{.flow = "go", .at = "2s"}, {.flow = "look", .at = "2s"}, {.flow = "away", .at = "2s"}},
      "{at: 1s, for: 3s, target: vps, is: down}");
  EXPECT_EQ(run.failed("unavailable", "go"), 1u);
  EXPECT_EQ(run.failed("unavailable", "look"), 1u);
  EXPECT_EQ(run.completed("away"), 1u);
}

// A poller's command is refused at 1 s, its second attempt: the lock is taken from 0 to 10 s.
TEST(Outages, APollerOfALockIsToldThatTheServerIsDown) {
  const SeenRun run = faulty(
      "resources:\n  redis: {kind: redis, command_time: 1ns}\n"
      "  lock: {kind: redis_lock, server: redis, sleep: 1s}\n"
      "flows:\n  go: {steps: [{lock: lock, do: [{delay: 10s}], on_error: {unavailable: [{mark: told}]}}]}\n",
      {{.count = 2}}, "{at: 500ms, for: 2s, target: redis, is: down}");
  EXPECT_EQ(run.marked("told"), 1u);
  EXPECT_EQ(run.totals("lock").timed_out, 1u);
}

// --- errors -------------------------------------------------------------------------------------------------------

TEST(Outages, ErrorsOfAllFailAll) {
  const SeenRun run = faulty(kDeskOfASecond, kEverySecond, "{at: 2s, for: 3s, target: desk, is: errors(100%)}");
  EXPECT_EQ(run.failed("server_error"), 3u);
  EXPECT_EQ(run.completed(), 4u);
}

// Binomial: 20000 x 30 %, five standard deviations are 5 sqrt(20000 x 0.3 x 0.7) = 324.
TEST(Outages, ErrorsFailTheirShare) {
  const SeenRun run = faulty(kDeskOfASecond, {{.count = 20000, .every = "10s"}},
                             "{at: 0s, target: desk, is: errors(30%)}", "", "300000s");
  EXPECT_NEAR(static_cast<double>(run.failed("server_error")), 6000, 324);
}

// An attempt draws for itself: of 4000 requests with three attempts each 1/8 fail; 5 sqrt(4000 x 7 / 64) = 105.
TEST(Outages, EachAttemptDrawsForItself) {
  const SeenRun run = faulty(
      "resources: {desk: {kind: station, service: 1s}}\n"
      "flows: {go: {steps: [{visit: desk, retry: {max: 2, base: 1ms}}]}}\n",
      {{.count = 4000, .every = "10s"}}, "{at: 0s, target: desk, is: errors(50%)}", "", "60000s");
  EXPECT_NEAR(static_cast<double>(run.failed("server_error")), 500, 105);
}

// --- slow ---------------------------------------------------------------------------------------------------------

// Half of the work is done at 0.5 s, the other half takes 1.5 s.
TEST(Outages, SlowStretchesWhatIsLeft) {
  EXPECT_EQ(faulty(kDeskOfASecond, {{.count = 1}}, "{at: 500ms, for: 10s, target: desk, is: slow(x3)}").sum_ms(), 2000);
  EXPECT_EQ(faulty(kDeskOfASecond, {{.count = 1}}, "{at: 500ms, for: 1500ms, target: desk, is: slow(x3)}").sum_ms(),
            2000);
}

// 0.5 s, then 0.6 s in which 0.2 s of work is done; 0.3 s are left.
TEST(Outages, SlowEndsWithinAService) {
  EXPECT_EQ(faulty(kDeskOfASecond, {{.count = 1}}, "{at: 500ms, for: 600ms, target: desk, is: slow(x3)}").sum_ms(),
            1400);
}

// Two at once: x6 between 6 and 9 s.
TEST(Outages, SlowTwiceMultiplies) {
  const SeenRun run =
      faulty("resources: {desk: {kind: station, service: 6s}}\nflows: {go: {steps: [{visit: desk}]}}\n", {{.count = 1}},
             "{at: 3s, for: 9s, target: desk, is: slow(x2)}, "
             "{at: 6s, for: 3s, target: desk, is: slow(x3)}");
  // 3 s of work by 3 s; 1.5 s by 6 s; 0.5 s by 9 s; 1 s left, at x2: 11 s
  EXPECT_EQ(run.sum_ms(), 11'000);
}

// Two share one core from 0 on: each has 0.5 s of its 1 s at 1 s; then half as fast.
TEST(Outages, SlowHostSlowsTheJobsUnderWay) {
  const SeenRun run = faulty(
      "hosts: {vps: {cores: 1}}\nresources: {api: {kind: service, host: vps, runtime: threads}}\n"
      "flows: {go: {service: api, steps: [{cpu: 1s}]}}\n",
      {{.count = 2}}, "{at: 1s, for: 10s, target: vps, is: slow(x2)}");
  EXPECT_EQ(run.max_ms(), 3000);
  EXPECT_EQ(run.used_ms("vps.cpu"), 3000);  // the core is busy all the time
}

TEST(Outages, SlowOnASharedHostSlowsOnlyItsTarget) {
  const SeenRun run = faulty(
      "hosts: {vps: {cores: 2}}\nresources:\n  api: {kind: service, host: vps}\n"
      "  db: {kind: postgres, host: vps, connect: 0s}\n"
      "  pool: {kind: connection_pool, driver: none, server: db}\n"
      "flows:\n  go: {service: api, steps: [{cpu: 1s}]}\n  ask: {steps: [{query: {pool: pool, cpu: 1s}}]}\n",
      {{.flow = "go"}, {.flow = "ask"}}, "{at: 500ms, for: 10s, target: db, is: slow(x4)}");
  EXPECT_EQ(run.sum_ms("go"), 1000);
  EXPECT_EQ(run.sum_ms("ask"), 500 + 2000);
}

// Sharing servers, a batch, a flush of the log, a connection's handshake: all go by the same clock.
TEST(Outages, SlowReachesEveryKindOfService) {
  const auto visit = [](const std::string& station) {
    return faulty("resources: {desk: {kind: station, service: 1s" + station +
                      "}}\n"
                      "flows: {go: {steps: [{visit: desk}]}}\n",
                  {{.count = 1}}, "{at: 500ms, for: 10s, target: desk, is: slow(x4)}")
        .sum_ms();
  };
  EXPECT_EQ(visit(", discipline: processor_sharing"), 2500);
  EXPECT_EQ(visit(", batch: {max: 2}"), 2500);
  const SeenRun run = faulty(
      "resources:\n  db: {kind: postgres, connect: 1s, fsync: 1s}\n"
      "  pool: {kind: connection_pool, driver: none, server: db}\n"
      "flows: {go: {steps: [{query: {pool: pool, io: 1s, commit: true}}]}}\n",
      {{.count = 1}}, "{at: 0s, for: 100s, target: db, is: slow(x3)}");
  EXPECT_EQ(run.sum_ms(), 9000);
}

// --- partition ----------------------------------------------------------------------------------------------------

// 2, 3 and 4 get there at 5 s, in the order in which they came, before the one that arrives then.
TEST(Outages, PartitionHoldsThoseWhoComeUntilItIsOver) {
  const SeenRun run = faulty(kDeskOfASecond, kEverySecond, "{at: 2s, for: 3s, target: desk, is: partition}");
  EXPECT_EQ(run.completed(), 7u);
  // at 0 and 1: 1 s each; served 5-6, 6-7, 7-8: 4 s each; the one of 5 s 8-9, the one of 6 s 9-10: 4 s each
  EXPECT_EQ(run.sum_ms(), 2 * 1000 + 5 * 4000);
}

TEST(Outages, ATimeoutEndsTheWaitOfAPartition) {
  const auto run = [](const std::string& lasts) {
    return faulty(
        "resources: {desk: {kind: station, service: 1s}}\n"
        "flows: {go: {steps: [{visit: desk, timeout: 2s}]}}\n",
        {{.at = "1s"}}, "{at: 0s, for: " + lasts + ", target: desk, is: partition}");
  };
  EXPECT_EQ(run("10s").failed("timeout"), 1u);
  EXPECT_EQ(run("10s").failed_after_ms(), 2000);
  EXPECT_EQ(run("10s").totals("desk").arrivals, 0u);
  EXPECT_EQ(run("3s").failed("timeout"), 1u);  // at the very instant: `expire` before `wake`
  EXPECT_EQ(run("1500ms").completed(), 1u);    // there at 1.5 s, done at 2.5 s
}

// A request that holds something meanwhile waits for the resource: that is what its hold says.
TEST(Outages, APartitionIsAWaitForItsTargetInBreakdowns) {
  const SeenRun run = faulty(
      "resources:\n  desk: {kind: station, service: 1s}\n  gate: {kind: semaphore, size: 1}\n"
      "flows: {go: {steps: [{hold: gate, do: [{visit: desk}]}]}}\n",
      {{.count = 1}}, "{at: 0s, for: 3s, target: desk, is: partition}");
  const RowId desk = row_of(run.loaded.model, "desk");
  for (const Breakdown::Row& row : run.row("gate").meter.breakdown.rows()) {
    EXPECT_EQ(row.on, desk);
    EXPECT_EQ(whole_ms(row.ns), row.doing == Doing::waiting ? 3000 : 1000);
  }
  EXPECT_EQ(run.row("gate").meter.breakdown.rows().size(), 2u);
}

// --- searches -----------------------------------------------------------------------------------------------------

TEST(Outages, ASearchForALimitLeavesThemOut) {
  load::Loaded loaded = model("topology: t\n" + kDeskOfASecond, arrivals_at({{.count = 5, .every = "2s"}}, "10s") +
                                                                    "faults: [{at: 2s, target: desk, is: down}, "
                                                                    "{at: 2s, target: desk, is: slow(x3)}]\n");
  hold_peaks(loaded.model, Duration{10'000'000'000});
  const SeenRun run(std::move(loaded));
  EXPECT_EQ(run.flow("go").run.failed, 0u);
  EXPECT_EQ(run.max_ms(), 1000);
}

TEST(Outages, NothingIsDrawnDifferentlyForAFaultThatIsOver) {
  const std::string law =
      "resources: {desk: {kind: station, service: exponential(1s)}}\nflows: {go: {steps: [{visit: desk}]}}\n";
  const SeenRun with(
      model("topology: t\n" + law, arrivals_at({{.at = "20s", .count = 50, .every = "2s"}}) +
                                       "faults: [{at: 0s, for: 10s, target: desk, is: slow(x3)}, {at: 0s, "
                                       "for: 10s, target: desk, is: errors(50%)}]\n"));
  const SeenRun without(model("topology: t\n" + law, arrivals_at({{.at = "20s", .count = 50, .every = "2s"}})));
  EXPECT_EQ(with.flow("go").latency.sum(), without.flow("go").latency.sum());
}

}  // namespace
}  // namespace loadstone::test
