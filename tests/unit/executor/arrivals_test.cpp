// The arrival-rate executors, with even arrivals and constant services: every instant is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/engine/scopes.hpp"
#include "tests/support/conserved.hpp"
#include "tests/unit/executor/recorded_run.hpp"

namespace loadstone::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Those that start before `ms`: constant loads go on while a run drains.
std::vector<std::int64_t> before(std::int64_t ms, std::vector<std::int64_t> times) {
  std::erase_if(times, [&](std::int64_t at) { return at >= ms; });
  return times;
}

// --- constant-arrival-rate ----------------------------------------------------------------------------------------

TEST(ConstantArrivalRate, EvenArrivalsStartAtZeroAndTheEndIsNotIncluded) {
  const auto run = record(desk("1ms"), scenario("constant-arrival-rate", "arrival: even, rate: 2, duration: 2s"));
  EXPECT_THAT(before(2000, run.times_ms()), ElementsAre(0, 500, 1000, 1500));
  EXPECT_EQ(run.flow("work").sample.completed, 4u);
}

TEST(ConstantArrivalRate, HasATimeUnitAndAStartTime) {
  const auto run = record(desk("1ms"), scenario("constant-arrival-rate",
                                                "arrival: even, rate: 6, timeUnit: 1m, startTime: 3s, duration: 25s"));
  EXPECT_THAT(before(28000, run.times_ms()), ElementsAre(3000, 13000, 23000));
}

TEST(ConstantArrivalRate, GoesOnWhileSampledRequestsAreInside) {
  const auto run = record(desk("3s", 9), scenario("constant-arrival-rate", "arrival: even, rate: 1, duration: 2s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 1000, 2000, 3000));
  EXPECT_EQ(run.flow("work").sample.completed, 2u);
}

TEST(ConstantArrivalRate, AScenarioThatEndsBeforeTheWorkloadDoesNotGoOn) {
  const std::string workload =
      "workload: w\nwarmup: 0s\nscenarios:\n"
      "  early: {executor: constant-arrival-rate, exec: early, arrival: even, rate: 1, duration: 2s}\n"
      "  late: {executor: constant-arrival-rate, exec: late, arrival: even, rate: 1, startTime: 2s, duration: 2s}\n";
  const auto run =
      record("topology: t\nflows: {early: {steps: [{delay: 5s}]}, late: {steps: [{delay: 1s}]}}\n", workload);
  EXPECT_EQ(run.flow("early").run.offered, 2u);
  EXPECT_GE(run.flow("late").run.offered, 4u);
}

TEST(ConstantArrivalRate, LoadBringsTheSameRequestsCloserTogether) {
  const std::string workload = scenario("constant-arrival-rate", "rate: 10, duration: 10s");
  const auto one = record(desk("1ms", 9), workload);
  const auto two = record(desk("1ms", 9), workload, 2);
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(one.starts[i].key, two.starts[i].key);
    EXPECT_NEAR(static_cast<double>(one.starts[i].at_ms), static_cast<double>(2 * two.starts[i].at_ms), 2);
  }
}

TEST(ConstantArrivalRate, DropsArrivalsThatFindNoUser) {
  // one every 100 ms, each in for 250 ms, two users: two start, one is dropped
  const auto run = record(desk("250ms", 9), scenario("constant-arrival-rate",
                                                     "arrival: even, rate: 10, duration: 900ms, maxVUs: 2, "
                                                     "gracefulStop: 10s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 100, 300, 400, 600, 700));
  EXPECT_EQ(run.flow("work").sample.offered, 9u);
  EXPECT_EQ(run.flow("work").sample.dropped, 3u);
  EXPECT_EQ(run.flow("work").sample.completed, 6u);
  const ResourceObservations& users = run.resource("vus:load");
  EXPECT_EQ(users.capacity, 2);
  EXPECT_EQ(users.at_end.arrivals, 9u);
  EXPECT_EQ(users.at_end.refused, 3u);
  EXPECT_EQ(users.at_end.completed, 6u);
  EXPECT_EQ(users.at_end.in_use_area, 6 * 250'000'000);
  EXPECT_EQ(users.at_end.full_time, (150 + 50 + 150 + 50 + 150) * 1'000'000);
  EXPECT_EQ(users.meter.hold.max(), 250'000'000);
  EXPECT_TRUE(conserved_and_ended(run.loaded.model, run.observed));
}

TEST(ConstantArrivalRate, AUserWhoIsFreedAtTheInstantOfAnArrivalTakesIt) {
  const auto run = record(desk("100ms"), scenario("constant-arrival-rate",
                                                  "arrival: even, rate: 10, duration: 1s, "
                                                  "maxVUs: 1, gracefulStop: 10s"));
  EXPECT_EQ(run.flow("work").sample.dropped, 0u);
}

TEST(ConstantArrivalRate, WithoutLimitsOfItsOwnAScenarioIsNoResource) {
  const auto loaded = model(desk("1ms"), scenario("constant-arrival-rate", "rate: 10, duration: 1s"));
  EXPECT_EQ(loaded.model.resources.size(), 1u);
}

TEST(ConstantArrivalRate, GracefulStopEndsTheLoadAndThenWhoIsLeft) {
  const auto run = record(desk("3s", 9),
                          scenario("constant-arrival-rate", "arrival: even, rate: 1, duration: 3s, gracefulStop: 1s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 1000, 2000));
  EXPECT_EQ(run.flow("work").sample.completed, 2u);  // at 3 s and, at the very instant of the cut, at 4 s
  EXPECT_EQ(run.errors("work", "interrupted"), 1u);
  EXPECT_TRUE(conserved_and_ended(run.loaded.model, run.observed));
}

TEST(ConstantArrivalRate, AnAttributeOfEachUserIsOneOfEachRequest) {
  const std::string workload =
      "workload: w\nwarmup: 0s\nattributes: {who: {law: integer(1; 1000000), each: vu}}\n"
      "scenarios: {load: {executor: constant-arrival-rate, exec: work, rate: 10, duration: 1s}}\n";
  const auto who = record(reading({"who"}, desk("1ms")), workload).values("who");
  EXPECT_THAT(who, Each(testing::Gt(0)));
  EXPECT_NE(who[0], who[1]);
}

TEST(ConstantArrivalRate, WhatNobodyReadsIsNotDrawnButForWhatIsReadLiesWithinIt) {
  const std::string topology =
      "topology: t\npopulations: {tenant: {count: 50}, thread: {within: tenant, count: 40}, region: {count: 3}}\n"
      "flows: {work: {steps: [{delay: 1s}]}}\n";
  const std::string workload =
      scenario("constant-arrival-rate", "rate: 10, duration: 1s, attributes: {n: integer(1; 9)}");
  EXPECT_THAT(record(topology, workload).loaded.model.attributes, IsEmpty());
  EXPECT_THAT(record(reading({"tenant"}, topology), workload).loaded.model.attributes, ElementsAre("tenant"));
  const auto both = record(reading({"thread"}, topology), workload);
  EXPECT_THAT(both.loaded.model.attributes, testing::UnorderedElementsAre("tenant", "thread"));
  EXPECT_EQ(std::floor(both.values("thread")[0] / 40), both.values("tenant")[0]);
  EXPECT_EQ(both.values("tenant"), record(reading({"tenant", "region"}, topology), workload).values("tenant"));
  EXPECT_THAT(
      errors_of(topology, scenario("constant-arrival-rate", "rate: 10, duration: 1s, attributes: {n: intger(1; 9)}")),
      HasSubstr("unknown law 'intger'"));
}

// --- interrupting -------------------------------------------------------------------------------------------------

// What is interrupted gives back what it holds, wherever it is, and no scope of it is asked.
void expect_interrupted(const std::string& topology) {
  const auto run = record(topology,
                          "workload: w\nwarmup: 0s\nscenarios:\n"
                          "  load: {executor: constant-arrival-rate, exec: work, arrival: even, rate: 1, "
                          "duration: 1s, gracefulStop: 1s}\n"
                          "  probe: {executor: constant-arrival-rate, exec: probe, arrival: even, rate: 1, "
                          "startTime: 3s, duration: 1s}\n");
  EXPECT_EQ(run.errors("work", "interrupted"), 1u) << topology;
  EXPECT_EQ(run.flow("work").failure.max(), 2'000'000'000) << topology;
  EXPECT_EQ(run.flow("probe").latency.max(), 1'000'000'000) << topology;  // finds the unit free
  EXPECT_TRUE(conserved_and_ended(run.loaded.model, run.observed)) << topology;
}

std::string with_steps(const std::string& steps) {
  return "topology: t\nresources:\n  desk: {kind: station, service: 1s}\n  key: {kind: semaphore, size: 1}\n"
         "hosts: {box: {cores: 1}}\nflows:\n"
         "  probe: {steps: [{hold: key, do: [{visit: desk}]}]}\n"
         "  inner: {steps: [{hold: key, do: [{delay: 9s}]}]}\n"
         "  work: {steps: [" +
         steps + "]}\n";
}

TEST(Interrupt, EndsPausesServicesAndLinesAndGivesBackWhatIsHeld) {
  expect_interrupted(with_steps("{hold: key, do: [{delay: 9s}]}"));
  expect_interrupted(with_steps("{hold: key, do: [{visit: {station: desk, service: 9s}}]}"));
  expect_interrupted(with_steps("{hold: key, do: [{hold: key, do: [{delay: 1s}]}]}"));
}

TEST(Interrupt, AsksNoScope) {
  expect_interrupted(with_steps("{hold: key, do: [{delay: 9s}], retry: {max: 5}, on_error: {any: [{delay: 9s}]}}"));
}

TEST(Interrupt, CountsTheFlowThatWasCalled) {
  const std::string topology = with_steps("{call: inner}");
  expect_interrupted(topology);
}

// Serves in 5 s, and cannot be interrupted.
class Unstoppable : public Resource {
 public:
  using Resource::Resource;
  void for_each_member(const std::function<void(const Member&)>&) const override {}

  static Progress serve(Simulation& simulation, Request& request, const Op&) {
    static std::unique_ptr<Unstoppable> resource;
    resource = std::make_unique<Unstoppable>(simulation, 0);
    request.served_by = resource.get();
    request.served_since = simulation.now();
    const auto end = [](void* who, std::uint64_t) {
      auto& served = *static_cast<Request*>(who);
      served.served_by = nullptr;
      served.simulation->resume(served);
    };
    simulation.kernel().schedule(simulation.now() + Duration{5'000'000'000}, Phase::release, {end, &request, 0});
    return Progress::waits;
  }
};

TEST(Interrupt, LeavesWhatCannotBeStoppedToItsEnd) {
  const std::string workload =
      "workload: w\nwarmup: 0s\nscenarios:\n"
      "  load: {executor: constant-arrival-rate, exec: work, arrival: even, rate: 1, duration: 1s, gracefulStop: 1s}\n"
      "  probe: {executor: constant-arrival-rate, exec: probe, arrival: even, rate: 1, startTime: 3s, duration: 1s}\n";
  for (const bool branches : {false, true}) {
    const std::string inside = "{hold: key, do: [{mark: here}, {delay: 9s}]}";
    auto loaded =
        model(with_steps(branches ? "{parallel: {branches: [[" + inside + "]], wait: all}}" : inside), workload);
    for (Op& op : loaded.model.program) {
      op.execute = op.execute == &op_mark ? &Unstoppable::serve : op.execute;
    }
    const auto run = record(std::move(loaded));
    EXPECT_EQ(run.errors("work", "interrupted"), 1u);
    EXPECT_EQ(run.flow("work").failure.max(), 2'000'000'000);   // counted when it was given up
    EXPECT_EQ(run.flow("probe").latency.max(), 3'000'000'000);  // the key is free at 5 s
    EXPECT_TRUE(conserved_and_ended(run.loaded.model, run.observed));
  }
}

TEST(Interrupt, ReachesBranches) {
  expect_interrupted(
      with_steps("{parallel: {branches: [[{hold: key, do: [{delay: 9s}]}], [{delay: 8s}]], wait: all}}"));
  expect_interrupted(
      with_steps("{parallel: {branches: [[{call: inner}], [{parallel: {branches: [[{delay: 8s}]], "
                 "wait: all}}]], wait: all}}"));
}

// --- ramping-arrival-rate, stepped-arrival-rate -------------------------------------------------------------------

TEST(RampingArrivalRate, FollowsItsStages) {
  // 0 to 4/s in 2 s: the n-th arrival at sqrt(n) s; then 4/s for 1 s; then at once 1/s for 2 s
  const auto run = record(desk("1ms"), scenario("ramping-arrival-rate",
                                                "arrival: even, startRate: 0, stages: [{target: 4, duration: 2s}, "
                                                "{target: 4, duration: 1s}, {target: 1, duration: 0s}, "
                                                "{target: 1, duration: 2s}]"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 1000, 1414, 1732, 2000, 2250, 2500, 2750, 3000, 4000));
}

TEST(SteppedArrivalRate, ClimbsLevelByLevel) {
  const auto run = record(desk("1ms"), scenario("stepped-arrival-rate",
                                                "arrival: even, startRate: 1, step: 1, steps: 3, levelDuration: 2s"));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 1000, 2000, 2500, 3000, 3500, 4000, 4333, 4666, 5000, 5333, 5666));
}

TEST(SteppedArrivalRate, MayRampBetweenLevels) {
  // 1/s for 2 s, a ramp to 3/s of 2 s with 4 arrivals, 3/s for 1 s
  const auto loaded = model(desk("1ms"), scenario("stepped-arrival-rate",
                                                  "arrival: even, startRate: 60/min, step: 2, steps: 2, "
                                                  "levelDuration: 2s, rampDuration: 2s"));
  EXPECT_EQ(loaded.model.end.ns, 6'000'000'000);
  const auto run = record(desk("1ms"), scenario("stepped-arrival-rate",
                                                "arrival: even, startRate: 60/min, step: 2, steps: 2, "
                                                "levelDuration: 2s, rampDuration: 2s"));
  EXPECT_THAT(run.times_ms(), testing::SizeIs(12));
  EXPECT_EQ(run.times_ms()[2], 2000);
  EXPECT_EQ(run.times_ms()[6], 4000);
  EXPECT_EQ(run.times_ms()[7], 4333);
}

// --- errors -------------------------------------------------------------------------------------------------------

TEST(ArrivalErrors, NameWhatIsAllowed) {
  const auto errors = [](const std::string& arrival) {
    return errors_of(desk("1ms"), scenario("constant-arrival-rate", "rate: 1, duration: 1s, arrival: " + arrival));
  };
  EXPECT_THAT(errors("poison"), HasSubstr("scenario 'load': 'arrival': 'poison' is unknown"));
  EXPECT_THAT(errors("poison"), HasSubstr("expected poisson, even or gamma(cv=..)"));
  EXPECT_THAT(errors("\"mmpp(rates=1,2; sojourns=3s,4s)\""), HasSubstr("mmpp is not available yet"));
  EXPECT_THAT(errors("gamma"), HasSubstr("gamma needs a cv from 0.001 to 100, got 'gamma'"));
  EXPECT_THAT(errors("gamma(cv=0)"), HasSubstr("gamma needs a cv from 0.001 to 100"));
  EXPECT_THAT(errors("even(2)"), HasSubstr("'even(2)' is unknown"));
  EXPECT_THAT(errors("gamma(cv=2)"), IsEmpty());
}

TEST(ArrivalErrors, AreGivenForUnknownFlowsExecutorsAndMissingKeys) {
  EXPECT_THAT(errors_of(desk("1ms"), scenario("constant-arival-rate", "rate: 1")),
              testing::AllOf(HasSubstr("unknown executor 'constant-arival-rate'"),
                             HasSubstr("did you mean 'constant-arrival-rate'?")));
  EXPECT_THAT(errors_of(desk("1ms"), scenario("stepped-arrival-rate", "startRate: 1")),
              testing::AllOf(HasSubstr("missing key 'step'"), HasSubstr("missing key 'steps'"),
                             HasSubstr("missing key 'levelDuration'")));
  EXPECT_THAT(errors_of(desk("1ms"),
                        "workload: w\nscenarios: {load: {executor: constant-arrival-rate, exec: wrok, "
                        "rate: 1, duration: 1s}}\n"),
              testing::AllOf(HasSubstr("the topology has no flow 'wrok'"), HasSubstr("did you mean 'work'?")));
}

}  // namespace
}  // namespace loadstone::test
