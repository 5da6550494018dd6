#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// A service without a host: each process has a core.
std::string scaled(const std::string& service, const std::string& scaler, const std::string& steps = "{cpu: 100ms}",
                   const std::string& more = "") {
  return "topology: t\nresources:\n  web: {kind: service" + service + "}\n  s: {kind: autoscaler, target: web, " +
         scaler + "}\n" + more + "flows:\n" + flows_named({"go", "late"}, steps, "service: web, ");
}

// The integral of instances until the end of the window, in instance-seconds.
std::int64_t instance_seconds(const SeenRun& seen) {
  const Int128 area = seen.row("s").meter.at_edge.back().in_use_area;
  return whole_ms(area) / 1000;
}

SeenRun seconds(const std::string& text, const std::vector<Arrivals>& arrivals, const std::string& duration) {
  return SeenRun(model(text, arrivals_at(arrivals, duration)));
}

// --- which instances serve ----------------------------------------------------------------------------------------

// One request at a time, 100 ms each, all the time: one instance is at 100 %, a second is wanted at 15 s and is ready
// at 25 s. Of two at 24.9 s one waits for the other. Of two at 25 s the first goes to the new instance, and the second
// to the old one, behind the one that is still there.
TEST(Autoscaler, SendsRequestsToInstancesThatAreReady) {
  const SeenRun seen(scaled(", balance: least_conn", "maxReplicas: 2, averageUtilization: 50, start_delay: 10"),
                     {{.count = 240, .every = "100ms"},
                      {.flow = "late", .at = "24900ms", .count = 2},
                      {.flow = "late", .at = "25s", .count = 2}},
                     "40s");
  EXPECT_EQ(seen.max_ms(), 100);
  EXPECT_EQ(seen.sum_ms("late"), 100 + 200 + 100 + 200);
  EXPECT_EQ(seen.row("web.loop").members, 2u);
}

// Two instances with nothing to do: the second is taken away at 15 s, where a request of 20 s is inside since 1 s. It
// is done at 21 s; what comes at 16 s goes to the first.
TEST(Autoscaler, LetsThoseInsideFinish) {
  const SeenRun seen(scaled(", instances: 2",
                            "maxReplicas: 2, averageUtilization: 90, scaleDown: "
                            "{stabilizationWindowSeconds: 0}",
                            "{cpu: 20s}"),
                     {{.count = 1}, {.at = "1s"}, {.flow = "late", .at = "16s", .count = 2}}, "30s");
  EXPECT_EQ(seen.sum_ms(), 20'000 + 20'000);
  EXPECT_EQ(seen.sum_ms("late"), 24'000 + 44'000);  // both behind the first, from 20 s on
}

// An instance has its workers. Three instances of two processes; 12 at once: two in each.
TEST(Autoscaler, StartsAndCountsAllWorkersOfAnInstance) {
  const SeenRun seen(scaled(", instances: 3, workers: 2", "maxReplicas: 3, averageUtilization: 90"), {{.count = 12}},
                     "10s");
  EXPECT_EQ(seen.sum_ms(), 6 * 100 + 6 * 200);
  EXPECT_EQ(seen.row("web.loop").members, 6u);
}

// A look every 10 s; 600 ms of CPU a second. An instance that requests half a core is at 120 %; one that requests four
// is at 15 %.
TEST(Autoscaler, MeasuresUseByWhatIsRequested) {
  const std::vector<Arrivals> work{{.count = 20, .every = "1s"}};
  const std::string keys = "maxReplicas: 9, averageUtilization: 60, sync_period: 10, start_delay: 60, cpu_request: ";
  EXPECT_EQ(instance_seconds(seconds(scaled("", keys + "500m", "{cpu: 600ms}"), work, "20s")), 10 + 2 * 10);
  EXPECT_EQ(instance_seconds(seconds(scaled("", keys + "4", "{cpu: 600ms}"), work, "20s")), 20);
}

// With a window for scaling up of 20 s, what was wanted at 10 s counts at 20 s still, and not at 30 s. Nothing for 10
// s, then 900 ms a second.
TEST(Autoscaler, ScalesUpAfterItsWindow) {
  const std::string keys =
      "maxReplicas: 9, averageUtilization: 50, sync_period: 10, start_delay: 60, scaleUp: {stabilizationWindowSeconds: "
      "20}";
  EXPECT_EQ(
      instance_seconds(seconds(scaled("", keys, "{cpu: 900ms}"), {{.at = "10s", .count = 40, .every = "1s"}}, "40s")),
      30 + 2 * 10);
}

// --- policies -----------------------------------------------------------------------------------------------------

// Instance-seconds until `duration` of `instances` that are all busy while 20 are wanted; new ones start too late to
// count.
std::int64_t growing(const std::string& instances, const std::string& scale_up, const std::string& duration) {
  const auto m = model(
      scaled(", instances: " + instances,
             "maxReplicas: 20, averageUtilization: 10, start_delay: 1000, scaleUp: {" + scale_up + "}", "{cpu: 1s}"),
      arrivals_at({{.count = 1500, .every = "100ms"}}, duration));
  RunSettings settings;
  settings.drain = false;
  const Observations o = run_once(m, settings);
  EXPECT_TRUE(conserved(m.model, o));
  return whole_ms(o.resources[row_of(m.model, "s")].meter.at_edge.back().in_use_area) / 1000;
}

// The same of ten with nothing to do: one is wanted.
std::int64_t shrinking(const std::string& scale_down, const std::string& duration) {
  return instance_seconds(seconds(scaled(", instances: 10",
                                         "maxReplicas: 20, averageUtilization: 50, scaleDown: "
                                         "{stabilizationWindowSeconds: 0, " +
                                             scale_down + "}"),
                                  {{}}, duration));
}

// One in a minute: at 15 s, and at 75 s, the first instant at which that is a minute ago, at 135 s.
TEST(Autoscaler, APolicyLimitsWhatIsAddedInItsPeriod) {
  EXPECT_EQ(growing("2", "policies: [{type: Pods, value: 1, periodSeconds: 60}]", "150s"),
            2 * 15 + 3 * 60 + 4 * 60 + 5 * 15);
}

// Half as many again, rounded up: 2, 3, 5, 8, 12, 18, and the 20 that are wanted.
TEST(Autoscaler, PercentsAreRoundedUpWhenItAdds) {
  EXPECT_EQ(growing("2", "policies: [{type: Percent, value: 50, periodSeconds: 15}]", "105s"),
            15 * (2 + 3 + 5 + 8 + 12 + 18 + 20));
}

TEST(Autoscaler, OfSeveralPoliciesTheOneThatAllowsMostOrLeastCounts) {
  const std::string both =
      "policies: [{type: Pods, value: 1, periodSeconds: 15}, {type: Percent, value: 100, periodSeconds: 15}]";
  EXPECT_EQ(growing("2", both, "60s"), 15 * (2 + 4 + 8 + 16));
  EXPECT_EQ(growing("2", both + ", selectPolicy: Max", "60s"), 15 * (2 + 4 + 8 + 16));
  EXPECT_EQ(growing("2", both + ", selectPolicy: Min", "60s"), 15 * (2 + 3 + 4 + 5));
  EXPECT_EQ(growing("2", both + ", selectPolicy: Disabled", "60s"), 15 * 4 * 2);
  EXPECT_EQ(growing("2", "selectPolicy: Min", "60s"), 15 * (2 + 4 + 8 + 12));  // of its own: as many again, or 4
}

// Three in half a minute: at 15, 45 and 75 s. Half of them, rounded down: 10, 5, 2, 1.
TEST(Autoscaler, APolicyLimitsWhatIsTakenAwayInItsPeriod) {
  EXPECT_EQ(shrinking("policies: [{type: Pods, value: 3, periodSeconds: 30}]", "90s"), 10 * 15 + 7 * 30 + 4 * 30 + 15);
  EXPECT_EQ(shrinking("policies: [{type: Percent, value: 50, periodSeconds: 15}]", "60s"), 15 * (10 + 5 + 2 + 1));
  const std::string both =
      "policies: [{type: Pods, value: 1, periodSeconds: 15}, {type: Percent, value: 50, periodSeconds: 15}]";
  EXPECT_EQ(shrinking(both, "60s"), 15 * (10 + 5 + 2 + 1));
  EXPECT_EQ(shrinking(both + ", selectPolicy: Min", "60s"), 15 * (10 + 9 + 8 + 7));
  EXPECT_EQ(shrinking("selectPolicy: Disabled", "60s"), 15 * 4 * 10);
}

// Four idle ones become one at 15 s, then one is busy all the time and ten are wanted. Two may be added in a minute to
// those at its begin: at 30 s that was 1 + 3, so 6. At 75 s the three were taken away a minute ago, and one and two
// would be less than there are; at 90 s the five are out of the period too: 8.
TEST(Autoscaler, WhatWasTakenAwayInThePeriodMayBeAddedAgain) {
  RunSettings settings;
  settings.drain = false;
  const SeenRun run(
      model(
          scaled(", instances: 4",
                 "maxReplicas: 20, averageUtilization: 10, start_delay: 1000, scaleDown: {stabilizationWindowSeconds: "
                 "0}, scaleUp: {policies: [{type: Pods, value: 2, periodSeconds: 60}]}"),
          arrivals_at({{.at = "15s", .count = 900, .every = "100ms"}}, "105s")),
      settings);
  EXPECT_EQ(instance_seconds(run), 4 * 15 + 1 * 15 + 6 * 60 + 8 * 15);
}

// --- rules --------------------------------------------------------------------------------------------------------

// Busy from the start: the rule has held for two minutes at 120 s. With a cooldown of 5 minutes the next is at 420 s.
TEST(Autoscaler, AddsWhereARuleHasHeldForItsTime) {
  const std::vector<Arrivals> overload{{.count = 5000, .every = "100ms"}};
  const std::string rule = "rules: [{when: cpu, above: 70%, for: 2m, add: 1}], start_delay: 1000, maxReplicas: 9";
  EXPECT_EQ(instance_seconds(seconds(scaled("", rule, "{cpu: 99ms}"), overload, "450s")),
            120 + 2 * 120 + 3 * 120 + 4 * 90);
  EXPECT_EQ(instance_seconds(seconds(scaled("", rule + ", cooldown: 5m", "{cpu: 99ms}"), overload, "450s")),
            120 + 2 * 300 + 3 * 30);
}

// A pause from 44 to 90 s. The look at 105 s has seen nothing else for 15 s: a minute is over at 150 s.
TEST(Autoscaler, BeginsAnewAfterABreak) {
  const std::string rule = "rules: [{when: cpu, above: 70%, for: 1m, add: 1}], start_delay: 1000, maxReplicas: 9";
  const SeenRun seen =
      seconds(scaled("", rule, "{cpu: 90ms}"),
              {{.count = 440, .every = "100ms"}, {.at = "90s", .count = 900, .every = "100ms"}}, "165s");
  EXPECT_EQ(instance_seconds(seen), 150 + 2 * 15);
}

// The mean time inside, of those who left since the last look: 2 s. Two are added, and no more than there may be.
TEST(Autoscaler, CanGoByResponseTime) {
  const std::string rule = "rules: [{when: response_time, above: 1s, add: 2}], start_delay: 0, maxReplicas: 4";
  EXPECT_EQ(instance_seconds(seconds(scaled("", rule, "{delay: 2s}"), {{.count = 60, .every = "1s"}}, "60s")),
            15 + 3 * 15 + 4 * 30);
  EXPECT_EQ(instance_seconds(seconds(scaled("", rule, "{delay: 1s}"), {{.count = 60, .every = "1s"}}, "60s")), 60);
}

// 20 a second on one instance, 10 on each of two, 6.7 on each of three: the rule holds above 8.
TEST(Autoscaler, CanGoByRequestsOfAnInstance) {
  const std::string rule = "rules: [{when: request_rate, above: 8/s, add: 1}], start_delay: 0, maxReplicas: 9";
  EXPECT_EQ(instance_seconds(seconds(scaled("", rule, "{delay: 1ms}"), {{.count = 1200, .every = "50ms"}}, "60s")),
            15 + 2 * 15 + 3 * 30);
}

// 30 are inside all the time: 30, 15, 10 on each.
TEST(Autoscaler, CanGoByThoseInside) {
  const std::string rule = "rules: [{when: in_flight, above: 10, add: 1}], start_delay: 0, maxReplicas: 9";
  EXPECT_EQ(instance_seconds(seconds(scaled("", rule, "{delay: 100s}"), {{.count = 30}}, "60s")), 15 + 2 * 15 + 3 * 30);
}

// 25 in the line of a desk, ten seconds each: at 15 s one is done and one served, 23 wait. The second rule takes the
// instance away when fewer than 20 wait, at 60 s (20 - .. : 25 - 6 - 1 = 18; at 45 s 25 - 4 - 1 = 20).
TEST(Autoscaler, CanGoByALineElsewhere) {
  const std::string rule =
      "rules: [{when: queue, of: desk, above: 20, add: 1}, {when: queue, of: desk, below: 20, add: -1}], "
      "start_delay: 0, maxReplicas: 2";
  const SeenRun seen =
      seconds(scaled("", rule, "{visit: desk}", "  desk: {kind: station, service: 10s}\n"), {{.count = 25}}, "75s");
  EXPECT_EQ(instance_seconds(seen), 15 + 2 * 45 + 15);
  EXPECT_EQ(seen.o.marks.size(), 2u);
  EXPECT_EQ(seen.o.marks[0], 1u);  // s.added
  EXPECT_EQ(seen.o.marks[1], 1u);  // s.removed
}

}  // namespace
}  // namespace loadstone::test
