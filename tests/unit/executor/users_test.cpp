// The VU executors, with constant services and pauses: every instant is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/conserved.hpp"
#include "tests/unit/executor/recorded_run.hpp"

namespace loadstone::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// --- constant-vus -------------------------------------------------------------------------------------------------

TEST(ConstantVus, AUserStartsAtOnceAndThinksAfterEachIteration) {
  const auto run = record(desk("1s"), scenario("constant-vus", "vus: 1, duration: 10s, thinkTime: 2s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 3000, 6000, 9000));
  EXPECT_EQ(run.flow("work").sample.completed, 4u);
  EXPECT_EQ(run.flow("work").sample.dropped, 0u);
  EXPECT_TRUE(conserved_and_ended(run.loaded.model, run.observed));
}

TEST(ConstantVus, MayThinkFirst) {
  const auto run =
      record(desk("1s"), scenario("constant-vus", "vus: 1, duration: 10s, thinkTime: 2s, thinkFirst: true"));
  EXPECT_THAT(run.times_ms(), ElementsAre(2000, 5000, 8000));
}

TEST(ConstantVus, BeginsAtStartTime) {
  const auto run = record(desk("1s"), scenario("constant-vus", "vus: 1, duration: 4s, startTime: 5s, thinkTime: 2s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(5000, 8000));
  EXPECT_EQ(run.observed.measured_until.ns, 9'000'000'000);
}

TEST(ConstantVus, GoesOnWhileSampledRequestsAreInside) {
  // the iterations of t = 0 end at 4 s and 8 s; the user who is served first comes back at 4 s, after the end
  const auto run = record(desk("4s"), scenario("constant-vus", "vus: 2, duration: 3s, thinkTime: 0s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 0, 4000));
  EXPECT_EQ(run.flow("work").sample.completed, 2u);
  EXPECT_EQ(run.flow("work").run.offered, 3u);
}

TEST(ConstantVus, OneWhoReturnsAtAnInstantQueuesBehindThoseWhoWait) {
  const auto run = record(desk("1s"), scenario("constant-vus", "vus: 3, duration: 6s, thinkTime: 0s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 0, 0, 1000, 2000, 3000, 4000, 5000, 6000, 7000));
  // each user waits for the two others every time: 1 s, 2 s, then always 3 s
  EXPECT_EQ(run.flow("work").latency.max(), 3'000'000'000);
  EXPECT_EQ(run.flow("work").latency.min(), 1'000'000'000);
}

TEST(ConstantVus, OneWhoseThinkingEndsWhenAServiceDoesIsServedAtOnce) {
  // user 0 is served from 0 to 1 and back at 2, user 1 from 1 to 2 and back at 3; from then on they alternate
  const auto run = record(desk("1s"), scenario("constant-vus", "vus: 2, duration: 4s, thinkTime: 1s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 0, 2000, 3000, 4000));  // at 4 s: while the last one is inside
  EXPECT_EQ(run.resource("desk").at_end.waited, 1u);
}

TEST(ConstantVus, ThinksAfterFailedIterationsToo) {
  const std::string topology =
      "topology: t\nresources: {desk: {kind: station, service: 10s, patience: 1s}}\n"
      "flows: {work: {steps: [{visit: desk}]}}\n";
  const auto run = record(topology, scenario("constant-vus", "vus: 2, duration: 8s, thinkTime: 3s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 0, 4000, 8000));  // at 8 s: while the first one is inside
  EXPECT_EQ(run.flow("work").sample.failed, 2u);
}

TEST(ConstantVus, LoadMultipliesUsersToTheNearestAndLeavesThemAsTheyWere) {
  const std::string topology =
      "topology: t\npopulations: {tenant: {count: 1000}}\n"
      "flows: {work: {steps: [{delay: exponential(1s)}]}}\n";
  const std::string workload =
      "workload: w\nwarmup: 0s\nattributes: {tenant: {law: uniform, each: vu}}\nscenarios:\n"
      "  load: {executor: constant-vus, exec: work, vus: 3, duration: 20s, "
      "thinkTime: exponential(1s)}\n";
  const auto at = [&](double load) { return record(reading({"tenant"}, topology), workload, load); };
  EXPECT_THAT(at(0.01).flow("work").run.offered, testing::Gt(0u));  // at least one user
  const auto one = at(0.34);
  const auto three = at(1);
  const auto five = at(1.5);  // 4.5 is rounded up
  const auto starts_of = [](const RecordedRun& run, double tenant) {
    std::vector<std::pair<std::int64_t, Key>> starts;
    for (const Start& s : run.starts) {
      if (s.at_ms < 20000 && s.attributes[run.slot("tenant")] == tenant) {
        starts.emplace_back(s.at_ms, s.key);
      }
    }
    return starts;
  };
  const double first_tenant = one.starts.front().attributes[one.slot("tenant")];
  EXPECT_GT(starts_of(one, first_tenant).size(), 5u);
  for (std::size_t user = 0; user < 3; ++user) {
    const double tenant = three.starts[user].attributes[three.slot("tenant")];
    EXPECT_EQ(starts_of(three, tenant), starts_of(five, tenant));
    if (user == 0) {
      EXPECT_EQ(starts_of(three, tenant), starts_of(one, tenant));
    }
  }
  EXPECT_EQ(five.starts[4].at_ms, 0);
  EXPECT_GT(five.starts[5].at_ms, 0);
}

TEST(ConstantVus, AttributesOfEachIterationAreDrawnAnewAndThoseOfTheUserAreKept) {
  const std::string workload =
      "workload: w\nwarmup: 0s\nattributes: {who: {law: integer(1; 1000000), each: vu}, what: integer(1; 1000000)}\n"
      "scenarios: {load: {executor: constant-vus, exec: work, vus: 1, duration: 3s, thinkTime: 0s}}\n";
  const auto run = record(reading({"who", "what"}, desk("1s")), workload);
  const auto who = run.values("who");
  const auto what = run.values("what");
  ASSERT_GE(who.size(), 3u);
  EXPECT_EQ(who[0], who[1]);
  EXPECT_EQ(who[1], who[2]);
  EXPECT_NE(what[0], what[1]);
  EXPECT_NE(what[1], what[2]);
}

TEST(ConstantVus, AUserWithAThreadOfItsOwnKeepsTheThreadsTenant) {
  const std::string topology =
      "topology: t\npopulations: {tenant: {count: 50}, thread: {within: tenant, count: 40}}\n"
      "flows: {work: {steps: [{delay: 1s}]}}\n";
  const std::string workload =
      "workload: w\nwarmup: 0s\nattributes: {tenant: zipf(s=1.1), thread: {law: uniform, each: vu}}\n"
      "scenarios: {load: {executor: constant-vus, exec: work, vus: 20, duration: 3s, thinkTime: 0s}}\n";
  const auto run = record(reading({"thread"}, topology), workload);
  const auto tenant = run.values("tenant");
  const auto thread = run.values("thread");
  ASSERT_GE(tenant.size(), 60u);
  for (std::size_t i = 0; i < tenant.size(); ++i) {
    EXPECT_EQ(tenant[i], tenant[i % 20]);
    EXPECT_EQ(thread[i], thread[i % 20]);
    EXPECT_EQ(std::floor(thread[i] / 40), tenant[i]);
  }
}

TEST(ConstantVus, GracefulStopCutsOnlyWhereItIsWritten) {
  const auto free = record(desk("8s"), scenario("constant-vus", "vus: 1, duration: 5s, thinkTime: 0s"));
  EXPECT_EQ(free.flow("work").sample.completed, 1u);
  const auto cut =
      record(desk("8s"), scenario("constant-vus", "vus: 1, duration: 5s, thinkTime: 0s, gracefulStop: 2s"));
  EXPECT_THAT(cut.times_ms(), ElementsAre(0));
  EXPECT_EQ(cut.flow("work").sample.completed, 0u);
  EXPECT_EQ(cut.errors("work", "interrupted"), 1u);
  EXPECT_EQ(cut.flow("work").failure.max(), 7'000'000'000);
  const auto enough =
      record(desk("8s"), scenario("constant-vus", "vus: 1, duration: 5s, thinkTime: 0s, gracefulStop: 4s"));
  EXPECT_THAT(enough.times_ms(), ElementsAre(0));
  EXPECT_EQ(enough.flow("work").sample.completed, 1u);
}

TEST(ConstantVus, ThinkTimeMayBeAnAttribute) {
  const std::string workload =
      "workload: w\nwarmup: 0s\nattributes: {pause: {law: uniform(1s; 1.0000000001s), each: vu}}\nscenarios:\n"
      "  load: {executor: constant-vus, exec: work, vus: 1, duration: 5s, thinkTime: $request.pause}\n";
  EXPECT_THAT(record(desk("1s"), workload).times_ms(), ElementsAre(0, 2000, 4000));
}

// --- ramping-vus --------------------------------------------------------------------------------------------------

TEST(RampingVus, AddsOneUserAtATimeAtEqualIntervals) {
  const auto run = record(desk("100s", 10), scenario("ramping-vus",
                                                     "startVUs: 0, thinkTime: 0s, stages: "
                                                     "[{target: 4, duration: 8s}, {target: 4, duration: 1s}]"));
  EXPECT_THAT(run.times_ms(), ElementsAre(2000, 4000, 6000, 8000));
}

TEST(RampingVus, StartsWithStartUsersAndJumpsInStagesWithoutLength) {
  const auto run = record(desk("100s", 10), scenario("ramping-vus",
                                                     "startVUs: 2, thinkTime: 0s, stages: "
                                                     "[{target: 3, duration: 0s}, {target: 3, duration: 1s}, "
                                                     "{target: 5, duration: 0s}, {target: 5, duration: 1s}]"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 0, 0, 1000, 1000));
}

TEST(RampingVus, UsersAboveTheTargetStopAfterTheirIteration) {
  // 2 users; the second is not wanted from 5 s on, in the middle of its second iteration
  const auto run = record(desk("3s", 2), scenario("ramping-vus",
                                                  "startVUs: 2, thinkTime: 0s, stages: "
                                                  "[{target: 2, duration: 5s}, {target: 1, duration: 0s}, "
                                                  "{target: 1, duration: 5s}]"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 0, 3000, 3000, 6000, 9000));
  EXPECT_EQ(run.flow("work").sample.completed, 6u);
}

TEST(RampingVus, StopsBeforeAnIterationThatWouldStartAtThatInstant) {
  const auto run = record(desk("3s", 2), scenario("ramping-vus",
                                                  "startVUs: 2, thinkTime: 0s, stages: "
                                                  "[{target: 2, duration: 3s}, {target: 1, duration: 0s}, "
                                                  "{target: 1, duration: 2s}]"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 0, 3000));
}

TEST(RampingVus, AUserWhoIsWantedAgainGoesOnWhereHeWas) {
  const auto run = record(desk("1s", 2), scenario("ramping-vus",
                                                  "startVUs: 1, thinkTime: 0s, stages: "
                                                  "[{target: 1, duration: 1500ms}, {target: 0, duration: 0s}, "
                                                  "{target: 0, duration: 2s}, {target: 1, duration: 0s}, "
                                                  "{target: 1, duration: 1s}]"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 1000, 3500));
  const Key user = combine(combine(combine(combine(mix(0), 1), 0), hash_text("scenario load")), 0);
  EXPECT_THAT(run.keys(), ElementsAre(combine(user, 0), combine(user, 1), combine(user, 2)));
}

TEST(RampingVus, NobodyStartsAfterTheEnd) {
  const auto run = record(desk("3s", 9), scenario("ramping-vus",
                                                  "startVUs: 1, thinkTime: 0s, stages: "
                                                  "[{target: 2, duration: 4s}]"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 3000));  // the second user would start at the end
  EXPECT_EQ(run.flow("work").sample.completed, 2u);
}

TEST(RampingVus, GracefulRampDownCutsWhereItIsWritten) {
  const std::string stages =
      "startVUs: 2, thinkTime: 0s, stages: [{target: 2, duration: 1s}, {target: 1, duration: 0s}, "
      "{target: 1, duration: 19s}]";
  const auto free = record(desk("10s", 2), scenario("ramping-vus", stages));
  EXPECT_EQ(free.flow("work").sample.completed, 3u);
  const auto cut = record(desk("10s", 2), scenario("ramping-vus", stages + ", gracefulRampDown: 2s"));
  EXPECT_EQ(cut.flow("work").sample.completed, 2u);
  EXPECT_EQ(cut.errors("work", "interrupted"), 1u);
  EXPECT_EQ(cut.flow("work").failure.max(), 3'000'000'000);
  EXPECT_TRUE(conserved_and_ended(cut.loaded.model, cut.observed));
}

TEST(RampingVus, LoadMultipliesTargets) {
  const auto run = record(desk("100s", 10),
                          scenario("ramping-vus",
                                   "startVUs: 0, thinkTime: 0s, stages: "
                                   "[{target: 2, duration: 8s}, {target: 2, duration: 1s}]"),
                          2);
  EXPECT_THAT(run.times_ms(), ElementsAre(2000, 4000, 6000, 8000));
}

// --- per-vu-iterations, shared-iterations -------------------------------------------------------------------------

TEST(PerVuIterations, EachUserRunsItsOwn) {
  const auto run =
      record(desk("1s", 2), scenario("per-vu-iterations", "vus: 2, iterations: 3, maxDuration: 30s, thinkTime: 1s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 0, 2000, 2000, 4000, 4000));
  EXPECT_EQ(run.flow("work").sample.completed, 6u);
  EXPECT_EQ(run.flow("work").sample.dropped, 0u);
}

TEST(PerVuIterations, WhatDoesNotStartInTimeIsDropped) {
  const auto run =
      record(desk("1s", 2), scenario("per-vu-iterations", "vus: 2, iterations: 5, maxDuration: 3s, thinkTime: 1s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 0, 2000, 2000));
  EXPECT_EQ(run.flow("work").sample.completed, 4u);
  EXPECT_EQ(run.flow("work").sample.dropped, 6u);
  EXPECT_EQ(run.flow("work").sample.offered, 10u);
}

TEST(SharedIterations, TheNextIsTakenByWhoeverIsFree) {
  // user 0 draws 1 s each time, user 1 has 3 s: of 5 iterations user 0 runs 0, 1, 2, 3 s and user 1 one at 0 s
  const std::string topology = "topology: t\nflows: {work: {steps: [{delay: $request.service}]}}\n";
  const std::string workload =
      "workload: w\nwarmup: 0s\nattributes: {service: {law: uniform(1s; 9s), each: vu}}\nscenarios:\n"
      "  load: {executor: shared-iterations, exec: work, vus: 2, iterations: 5, maxDuration: 1m, thinkTime: 0s}\n";
  const auto run = record(topology, workload);
  ASSERT_THAT(run.starts, SizeIs(5));
  const auto service = run.values("service");
  double free[2] = {0, 0};
  for (std::size_t i = 0; i < 5; ++i) {
    const std::size_t user = service[i] == service[0] ? 0 : 1;
    EXPECT_NEAR(static_cast<double>(run.starts[i].at_ms), free[user] / 1e6, 2) << i;
    EXPECT_LE(free[user], free[1 - user]);  // the one who is free first
    free[user] += service[i];
  }
  EXPECT_EQ(run.flow("work").sample.dropped, 0u);
}

TEST(SharedIterations, WhatDoesNotStartInTimeIsDropped) {
  const auto run =
      record(desk("1s"), scenario("shared-iterations", "vus: 1, iterations: 10, maxDuration: 4s, thinkTime: 0s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 1000, 2000, 3000));
  EXPECT_EQ(run.flow("work").sample.dropped, 6u);
}

TEST(SharedIterations, MoreUsersDoNotMakeMoreIterations) {
  const auto run =
      record(desk("1s", 9), scenario("shared-iterations", "vus: 2, iterations: 5, maxDuration: 9s, thinkTime: 0s"), 3);
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 0, 0, 0, 0));
}

// --- errors -------------------------------------------------------------------------------------------------------

TEST(UserErrors, ThinkTimeMustBeWritten) {
  const std::string errors = errors_of(desk("1s"), scenario("constant-vus", "vus: 1, duration: 1s"));
  EXPECT_THAT(errors, HasSubstr("scenario 'load': missing key 'thinkTime'"));
  EXPECT_THAT(errors, HasSubstr("0s must be written"));
}

TEST(UserErrors, ThinkTimeNeedsAKnownAttribute) {
  EXPECT_THAT(errors_of(desk("1s"), scenario("constant-vus", "vus: 1, duration: 1s, thinkTime: $request.pose")),
              HasSubstr("scenario 'load': unknown attribute '$request.pose'"));
}

TEST(UserErrors, SharedIterationsAreAtLeastOnePerUser) {
  EXPECT_THAT(errors_of(desk("1s"), scenario("shared-iterations", "vus: 5, iterations: 4, thinkTime: 0s")),
              HasSubstr("scenario 'load': 5 users need at least as many iterations, got 4"));
}

TEST(UserErrors, StagesMustTakeTimeAndHaveWholeTargets) {
  EXPECT_THAT(errors_of(desk("1s"), scenario("ramping-vus", "thinkTime: 0s, stages: [{target: 3, duration: 0s}]")),
              HasSubstr("scenario 'load': its stages take no time"));
  EXPECT_THAT(errors_of(desk("1s"), scenario("ramping-vus", "thinkTime: 0s, stages: [{target: 1.5, duration: 1s}]")),
              HasSubstr("'target' must be a whole number, got '1.5'"));
  EXPECT_THAT(errors_of(desk("1s"), scenario("ramping-vus", "thinkTime: 0s, stages: 7")),
              HasSubstr("'stages' needs a list of {target: .., duration: ..}, got '7'"));
}

TEST(UserErrors, ZeroThinkTimeAndZeroServiceIsSpinningNotHanging) {
  const auto run = record("topology: t\nflows: {work: {steps: [{delay: 0s}]}}\n",
                          scenario("constant-vus", "vus: 1, duration: 1s, thinkTime: 0s"));
  EXPECT_NE(run.observed.stopped, "");
}

TEST(UserErrors, MoreUsersThanRequestsMayBeInFlightEndTheRun) {
  const auto run = record(desk("1s"), scenario("constant-vus", "vus: 1000, duration: 1s, thinkTime: 0s"), 1e5);
  EXPECT_THAT(run.observed.stopped, HasSubstr("scenario 'load' has 100000000 users (limits.max_in_flight is 5000000)"));
}

}  // namespace
}  // namespace loadstone::test
