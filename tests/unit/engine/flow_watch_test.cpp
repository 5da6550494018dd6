// What flows do in windows, and when they are back after a fault: counts and instants by hand.
#include <gtest/gtest.h>

#include "sim/analysis/run_summary.hpp"
#include "tests/unit/engine/faulty_run.hpp"

namespace loadstone::test {
namespace {

const std::string kDesk = "resources: {desk: {kind: station, service: 500ms}}\nflows: {go: {steps: [{visit: desk}]}}\n";

RunSummary summary_of(const SeenRun& run) {
  static constexpr double kQuantiles[] = {0.5, 0.95};
  return summarize(run.loaded.model, std::span(&run.o, 1), kQuantiles);
}

// Arrivals at 0, 1 .. 19 s. The window has those of 5 to 9 s; that of 10 s is not in it. Of the completions, at half
// past each, five are inside too: 5.5 to 9.5 s.
TEST(FlowWatch, CountsThoseWhoArriveWhileAWindowIsOpen) {
  const SeenRun run = faulty(kDesk, {{.count = 20, .every = "1s"}}, "", "windows: {middle: {at: 5s, for: 5s}}\n");
  const WindowSummary window = summary_of(run).windows.at(0);
  EXPECT_EQ(window.name, "middle");
  EXPECT_EQ(window.from_s, 5);
  EXPECT_EQ(window.until_s, 10);
  ASSERT_EQ(window.flows.size(), 1u);
  EXPECT_EQ(window.flows[0].counts.offered, 5u);
  EXPECT_EQ(window.flows[0].counts.completed, 5u);
  EXPECT_DOUBLE_EQ(window.flows[0].throughput_per_s.value, 1);
  EXPECT_EQ(window.flows[0].latency.max_ms, 500);
}

// A fault's window tells its failures apart from those of the whole run: all of it here, a quarter there.
TEST(FlowWatch, TellsFailuresOfAWindowApart) {
  const SeenRun run = faulty(kDesk, {{.count = 20, .every = "1s"}}, "{at: 5s, for: 5s, target: desk, is: down}",
                             "windows: {outage: {at: 5s, for: 5s}, rest: {at: 10s}}\n");
  const RunSummary summary = summary_of(run);
  EXPECT_EQ(summary.windows.at(0).flows.at(0).failed_share.value, 1);
  EXPECT_EQ(summary.windows.at(0).flows.at(0).counts.failed, 5u);
  EXPECT_EQ(summary.windows.at(1).flows.at(0).failed_share.value, 0);
  EXPECT_EQ(summary.windows.at(1).until_s, 1000);
  EXPECT_EQ(summary.flows.at(0).failed_share.value, 0.25);
}

// The schedule runs from 4 to 7 s and from 8 to 11 s; of the requests at 0.5, 1.5 .. 10.5 s three come inside each.
TEST(FlowWatch, IsOpenWhileAScheduleRuns) {
  const std::string nightly =
      "resources: {desk: {kind: station, service: 500ms}}\nschedules: {nightly: {every: 4s, flow: sweep}}\n"
      "flows: {go: {steps: [{visit: desk}]}, sweep: {steps: [{delay: 3s}]}}\n";
  const SeenRun run = faulty(nightly, {{.at = "500ms", .count = 11, .every = "1s"}}, "",
                             "windows: {sweeping: {during: nightly}}\n", "11s");
  const WindowSummary window = summary_of(run).windows.at(0);
  EXPECT_EQ(window.during, "nightly");
  EXPECT_EQ(window.flows.at(0).name, "go");
  EXPECT_EQ(window.flows.at(0).counts.offered, 6u);
}

// Calls are looked at by the instant of the call.
TEST(FlowWatch, CountsCallsByTheirOwnInstant) {
  const SeenRun run = faulty("flows:\n  go: {steps: [{delay: 3s}, {call: inner}]}\n  inner: {steps: [{delay: 1s}]}\n",
                             {{.count = 1}}, "", "windows: {early: {at: 0s, for: 1s}, late: {at: 3s, for: 1s}}\n");
  const RunSummary summary = summary_of(run);
  EXPECT_EQ(summary.windows.at(0).flows.size(), 1u);
  EXPECT_EQ(summary.windows.at(0).flows.at(0).name, "go");
  EXPECT_EQ(summary.windows.at(1).flows.at(0).name, "inner");
}

// --- back after a fault -------------------------------------------------------------------------------------------

// D/D/1 with rho = 1/2, cut off for L = 20 s: 20 requests come in at 40 s, which is L rho = 10 s of work. The one that
// arrives k s later waits 10 - k / 2 s, so the line is gone after L rho / (1 - rho) = 20 s.
TEST(FlowWatch, SaysWhenABacklogIsGone) {
  const SeenRun run =
      faulty(kDesk, {{.count = 100, .every = "1s"}}, "{at: 20s, for: 20s, target: desk, is: partition}");
  const FaultSummary fault = summary_of(run).faults.at(0);
  EXPECT_EQ(fault.target, "desk");
  EXPECT_EQ(fault.is, "partition");
  EXPECT_EQ(fault.at_s, 20);
  EXPECT_EQ(fault.for_s, 20);
  ASSERT_EQ(fault.recovery.size(), 1u);
  EXPECT_EQ(fault.recovery[0].recovered, 1u);
  EXPECT_EQ(fault.recovery[0].seconds.value, 20);
}

// With service x4 for 10 s (rho = 2): ten requests bring 20 s of work, of which 10 s are done when it is over; what is
// left, 10 s at x4, is 2.5 s at full speed. It is gone after 2.5 / (1 - 1/2) = 5 s.
TEST(FlowWatch, SaysWhenASlowTimeIsOver) {
  const SeenRun run = faulty(kDesk, {{.count = 100, .every = "1s"}}, "{at: 20s, for: 10s, target: desk, is: slow(x4)}");
  EXPECT_EQ(summary_of(run).faults.at(0).recovery.at(0).seconds.value, 5);
}

TEST(FlowWatch, IsBackAtOnceWhereNothingWasQueued) {
  const SeenRun run = faulty(kDesk, {{.count = 100, .every = "1s"}}, "{at: 20s, for: 20s, target: desk, is: down}");
  EXPECT_EQ(summary_of(run).faults.at(0).recovery.at(0).seconds.value, 0);
}

// 10 s after the fault the last arrives, and still waits.
TEST(FlowWatch, SaysThatItIsNotBack) {
  const SeenRun run = faulty(kDesk, {{.count = 50, .every = "1s"}}, "{at: 20s, for: 20s, target: desk, is: partition}");
  const RecoverySummary recovery = summary_of(run).faults.at(0).recovery.at(0);
  EXPECT_EQ(recovery.recovered, 0u);
  EXPECT_EQ(recovery.looked_at, 1u);
}

// Nobody was seen before it, or after it: there is nothing to say.
TEST(FlowWatch, SaysNothingWithoutABeforeAndAnAfter) {
  EXPECT_TRUE(
      summary_of(faulty(kDesk, {{.at = "5s", .count = 9, .every = "1s"}}, "{at: 0s, for: 1s, target: desk, is: down}"))
          .faults.at(0)
          .recovery.empty());
  EXPECT_TRUE(summary_of(faulty(kDesk, {{.count = 9, .every = "1s"}}, "{at: 5s, target: desk, is: down}"))
                  .faults.at(0)
                  .recovery.empty());
}

}  // namespace
}  // namespace loadstone::test
