#include "sim/kernel/native_kernel.hpp"

#include <gmock/gmock.h>

#include <array>
#include <string>
#include <vector>

#include "sim/base/check.hpp"
#include "tests/unit/kernel/recorder.hpp"

namespace loadstone {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::array kPhases{Phase::release, Phase::expire, Phase::wake, Phase::arrival, Phase::observe};

TEST(NativeKernel, EventsRunAtTheirInstantAndTheClockEndsAtTheLimit) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  EXPECT_EQ(kernel.now().ns, 0);
  kernel.schedule({30}, Phase::wake, recorder.note(3));
  kernel.schedule({0}, Phase::wake, recorder.note(1));
  kernel.schedule({20}, Phase::wake, recorder.note(2));
  kernel.run({100});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{0, 1}, Ran{20, 2}, Ran{30, 3}));
  EXPECT_EQ(kernel.now().ns, 100);
  EXPECT_EQ(kernel.events(), 3U);
}

TEST(NativeKernel, AnEventAtTheLimitRunsAndOneAfterItWaitsForTheNextRun) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  kernel.schedule({100}, Phase::observe, recorder.note(1));
  kernel.schedule({101}, Phase::release, recorder.note(2));
  kernel.run({99});
  EXPECT_THAT(recorder.ran, IsEmpty());
  kernel.run({100});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{100, 1}));
  kernel.schedule({100}, Phase::release, recorder.note(3));  // now() is 100: still allowed
  kernel.run({101});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{100, 1}, Ran{100, 3}, Ran{101, 2}));
}

TEST(NativeKernel, ALimitInThePastRunsNothingAndLeavesTheClock) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  kernel.schedule({70}, Phase::wake, recorder.note(1));
  kernel.run({50});
  kernel.run({20});
  EXPECT_EQ(kernel.now().ns, 50);
  kernel.run({70});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{70, 1}));
}

TEST(NativeKernel, ARunToTheEndOfTimeStopsTheClockAtTheLastEvent) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  kernel.schedule({70}, Phase::wake, recorder.note(1));
  kernel.run(kEndOfTime);
  EXPECT_EQ(kernel.now().ns, 70);
  kernel.schedule(kEndOfTime, Phase::wake, recorder.note(2));
  kernel.run(kEndOfTime);
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{70, 1}, Ran{kEndOfTime.ns, 2}));
}

TEST(NativeKernel, FinishEndsTheRunAfterTheEventThatCallsIt) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  kernel.schedule({10}, Phase::wake, recorder.calls([&] {
    recorder.write(1);
    kernel.finish();
    recorder.write(2);
  }));
  kernel.schedule({10}, Phase::wake, recorder.note(3));
  EXPECT_FALSE(kernel.finished());
  kernel.run({100});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{10, 1}, Ran{10, 2}));
  EXPECT_TRUE(kernel.finished());
  EXPECT_EQ(kernel.now().ns, 10);
  kernel.run({100});  // it stays finished
  EXPECT_EQ(kernel.now().ns, 10);
  EXPECT_EQ(kernel.events(), 1U);
}

TEST(NativeKernel, NothingCanBeScheduledBeforeNowOrBeyondTheEndOfTime) {
  NativeKernel kernel;
  EXPECT_THROW(kernel.schedule({-1}, Phase::wake, {}), CheckFailure);
  kernel.run({10});
  EXPECT_THROW(kernel.schedule({9}, Phase::wake, {}), CheckFailure);
  EXPECT_THROW(kernel.schedule(kEndOfTime + Duration{1}, Phase::wake, {}), CheckFailure);
  EXPECT_TRUE(kernel.cancel(kernel.schedule({10}, Phase::wake, {})));
}

TEST(NativeKernel, ThePhasesOfOneInstantRunInOrder) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  for (std::size_t i = kPhases.size(); i-- > 0;) {
    kernel.schedule({5}, kPhases[i], recorder.note(i));
    kernel.schedule({5}, kPhases[i], recorder.note(10 + i));
  }
  kernel.run({5});
  std::vector<std::uint64_t> tags;
  for (const Ran& ran : recorder.ran) {
    tags.push_back(ran.tag);
  }
  EXPECT_THAT(tags, ElementsAre(0, 10, 1, 11, 2, 12, 3, 13, 4, 14));
}

// The arrival asks for a release at once: it runs before the arrival and the sampler that are still to come.
TEST(NativeKernel, AnEventForThisInstantTakesItsPlaceAmongThoseStillToRun) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  kernel.schedule({5}, Phase::arrival, recorder.calls([&] {
    recorder.write(1);
    kernel.schedule({5}, Phase::arrival, recorder.note(4));
    kernel.schedule({5}, Phase::release, recorder.note(2));
  }));
  kernel.schedule({5}, Phase::arrival, recorder.note(3));
  kernel.schedule({5}, Phase::observe, recorder.note(5));
  kernel.run({5});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{5, 1}, Ran{5, 2}, Ran{5, 3}, Ran{5, 4}, Ran{5, 5}));
}

TEST(NativeKernel, AnEventCancelledByAnotherOfTheSameInstantDoesNotRun) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  EventId self;
  const EventId victim = kernel.schedule({5}, Phase::expire, recorder.note(9));
  self = kernel.schedule({5}, Phase::release, recorder.calls([&] {
    recorder.write(1);
    EXPECT_TRUE(kernel.cancel(victim));
    EXPECT_FALSE(kernel.cancel(victim));
    EXPECT_FALSE(kernel.cancel(self));  // it is running
  }));
  kernel.run({10});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{5, 1}));
  EXPECT_EQ(kernel.events(), 1U);
}

// An event that schedules itself at once, `times` in all.
struct Spinner {
  Kernel& kernel;
  std::int64_t step;
  std::uint64_t times;

  static void run(void* self, std::uint64_t) {
    Spinner& s = *static_cast<Spinner*>(self);
    if (--s.times > 0) {
      s.kernel.schedule(s.kernel.now() + Duration{s.step}, Phase::wake, {&run, self, 0});
    }
  }
};

TEST(NativeKernel, AsManyEventsAtOneInstantAsTheLimitRunAndOneMoreIsAnError) {
  for (const std::uint64_t times : {10U, 11U}) {
    NativeKernel kernel(10);
    Spinner spinner{kernel, 0, times};
    kernel.schedule({3}, Phase::wake, {&Spinner::run, &spinner, 0});
    if (times == 10) {
      EXPECT_NO_THROW(kernel.run({100}));
    } else {
      try {
        kernel.run({100});
        FAIL() << "no error";
      } catch (const SpinningError& error) {
        EXPECT_EQ(std::string(error.what()), "more than 10 events at one instant");
      }
      EXPECT_EQ(kernel.now().ns, 3);
    }
    EXPECT_EQ(kernel.events(), 10U);
  }
}

TEST(NativeKernel, EventsOneNanosecondApartAreNotSpinning) {
  NativeKernel kernel(10);
  Spinner spinner{kernel, 1, 1000};
  kernel.schedule({0}, Phase::wake, {&Spinner::run, &spinner, 0});
  EXPECT_NO_THROW(kernel.run({5000}));
  EXPECT_EQ(kernel.events(), 1000U);
}

struct Planned {
  std::int64_t at;
  Phase phase;
  bool cancelled = false;
};

std::uint64_t fingerprint_of(const std::vector<Planned>& plan) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  for (const Planned& planned : plan) {
    const EventId id = kernel.schedule({planned.at}, planned.phase, recorder.note(0));
    if (planned.cancelled) {
      kernel.cancel(id);
    }
  }
  kernel.run({1'000'000'000'000'000});
  return kernel.fingerprint();
}

TEST(NativeKernel, EqualRunsHaveEqualFingerprints) {
  const std::vector<Planned> plan{{5, Phase::wake}, {5, Phase::release}, {9, Phase::arrival}};
  EXPECT_EQ(fingerprint_of(plan), fingerprint_of(plan));
  EXPECT_NE(fingerprint_of(plan), NativeKernel().fingerprint());
}

TEST(NativeKernel, AnyDifferenceBetweenTwoRunsChangesTheFingerprint) {
  const std::vector<std::vector<Planned>> plans{
      {{5, Phase::wake}, {9, Phase::arrival}},
      {{5, Phase::wake}, {10, Phase::arrival}},                                  // an instant
      {{5, Phase::wake}, {9, Phase::observe}},                                   // a phase
      {{9, Phase::arrival}, {5, Phase::wake}},                                   // the order of scheduling
      {{5, Phase::wake}, {9, Phase::arrival}, {9, Phase::arrival}},              // one more
      {{5, Phase::wake}},                                                        // one less
      {{5, Phase::wake}, {9, Phase::arrival, true}, {9, Phase::arrival}},        // a cancelled one before
      {{5, Phase::wake, true}, {9, Phase::arrival}},                             // a cancelled one
      {},
  };
  for (std::size_t a = 0; a < plans.size(); ++a) {
    for (std::size_t b = a + 1; b < plans.size(); ++b) {
      EXPECT_NE(fingerprint_of(plans[a]), fingerprint_of(plans[b])) << a << " and " << b;
    }
  }
}

// The three numbers of an event must not make up for each other: a later instant for an earlier sequence, or 2^37 ns
// for a phase.
TEST(NativeKernel, AnInstantIsNotTakenForASequenceOrAPhaseInTheFingerprint) {
  EXPECT_NE(fingerprint_of({{1, Phase::release}}),
            fingerprint_of({{9, Phase::release, true}, {0, Phase::release}}));
  EXPECT_NE(fingerprint_of({{std::int64_t{1} << 37, Phase::release}}), fingerprint_of({{0, Phase::expire}}));
}

// 1 core, 2 jobs of 100 ns each at rate 1/2: both at 200, before whatever else that instant holds.
TEST(NativeKernel, WorkOnAHostEndsInTheReleasePhase) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  const HostId host = kernel.add_host(1);
  const JobClassId job_class = kernel.add_job_class(host, 1, 1);
  kernel.schedule({200}, Phase::expire, recorder.note(3));
  kernel.execute(job_class, 100, recorder.note(1));
  kernel.execute(job_class, 100, recorder.note(2));
  kernel.run({1000});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{200, 1}, Ran{200, 2}, Ran{200, 3}));
  EXPECT_DOUBLE_EQ(kernel.busy_core_ns(host), 200);
}

TEST(NativeKernel, HostsDoNotDisturbEachOther) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  const JobClassId one = kernel.add_job_class(kernel.add_host(1), 1, 1);
  const JobClassId two = kernel.add_job_class(kernel.add_host(4), 4, 4);
  kernel.execute(one, 100, recorder.note(1));
  kernel.execute(two, 100, recorder.note(2));
  kernel.execute(two, 200, recorder.note(3));  // 2 cores each: 50; then 4: 100 left, 25
  kernel.run({1000});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{50, 2}, Ran{75, 3}, Ran{100, 1}));
  EXPECT_DOUBLE_EQ(kernel.busy_core_ns({0}), 100);
  EXPECT_DOUBLE_EQ(kernel.busy_core_ns({1}), 300);
}

TEST(NativeKernel, AJobThatAnEndedJobStartsBeginsAtOnce) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  const JobClassId job_class = kernel.add_job_class(kernel.add_host(1), 1, 1);
  kernel.execute(job_class, 100, recorder.calls([&] {
    recorder.write(1);
    kernel.execute(job_class, 0, recorder.note(2));
    kernel.execute(job_class, 50, recorder.note(3));
  }));
  kernel.run({1000});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{100, 1}, Ran{100, 2}, Ran{150, 3}));
}

// 1 core, A 100, B 100: at 60 both have 30 and B is stopped; A's 70 left end at 130.
TEST(NativeKernel, StoppedWorkNeverEndsAndTheOthersSpeedUp) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  const HostId host = kernel.add_host(1);
  const JobClassId job_class = kernel.add_job_class(host, 1, 1);
  const JobId a = kernel.execute(job_class, 100, recorder.note(1));
  const JobId b = kernel.execute(job_class, 100, recorder.note(2));
  kernel.run({60});
  EXPECT_TRUE(kernel.stop(b));
  EXPECT_FALSE(kernel.stop(b));
  EXPECT_FALSE(kernel.stop({}));
  kernel.run({1000});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{130, 1}));
  EXPECT_FALSE(kernel.stop(a));
  EXPECT_DOUBLE_EQ(kernel.busy_core_ns(host), 130);
}

TEST(NativeKernel, WorkThatOutlastsTheEndOfTimeNeverEnds) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  const HostId host = kernel.add_host(0.5);
  const JobId job = kernel.execute(kernel.add_job_class(host, 1, 1), std::int64_t{1} << 62, recorder.note(1));
  kernel.run(kEndOfTime);
  EXPECT_THAT(recorder.ran, IsEmpty());
  EXPECT_TRUE(kernel.stop(job));
}

}  // namespace
}  // namespace loadstone
