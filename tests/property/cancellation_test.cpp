// Cancelling and stopping at every instant, the one in which the victim would run included: what was cancelled never
// runs, what was not runs once, and the answer of cancel says which.
#include <gmock/gmock.h>

#include <array>
#include <tuple>
#include <vector>

#include "sim/kernel/native_kernel.hpp"
#include "tests/unit/kernel/recorder.hpp"

namespace loadstone {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::array kPhases{Phase::release, Phase::expire, Phase::wake, Phase::arrival, Phase::observe};

// The hunter wins if it runs before the victim: at an earlier instant, in an earlier phase, or scheduled earlier.
TEST(Cancellation, AnEventIsCancelledExactlyIfItsHunterRunsBeforeIt) {
  for (const Phase hunter_phase : kPhases) {
    for (const Phase victim_phase : kPhases) {
      for (const bool hunter_first : {true, false}) {
        for (const std::int64_t hunter_at : {49, 50, 51}) {
          NativeKernel kernel;
          Recorder recorder(kernel);
          EventId victim;
          bool cancelled = false;
          const Action hunt = recorder.calls([&] { cancelled = kernel.cancel(victim); });
          if (hunter_first) {
            kernel.schedule({hunter_at}, hunter_phase, hunt);
          }
          victim = kernel.schedule({50}, victim_phase, recorder.note(1));
          if (!hunter_first) {
            kernel.schedule({hunter_at}, hunter_phase, hunt);
          }
          kernel.run({100});
          const bool hunter_wins = std::tuple(hunter_at, hunter_phase, hunter_first ? 0 : 2) <
                                   std::tuple(std::int64_t{50}, victim_phase, 1);
          EXPECT_EQ(cancelled, hunter_wins);
          EXPECT_EQ(recorder.ran.empty(), hunter_wins);
        }
      }
    }
  }
}

// Work ends in Phase::release of instant 50, by an event scheduled when the work began.
TEST(Cancellation, WorkIsStoppedExactlyIfItsHunterRunsBeforeItsEnd) {
  for (const Phase hunter_phase : kPhases) {
    for (const bool hunter_first : {true, false}) {
      for (const std::int64_t hunter_at : {49, 50, 51}) {
        NativeKernel kernel;
        Recorder recorder(kernel);
        const JobClassId job_class = kernel.add_job_class(kernel.add_host(1), 1, 1);
        JobId victim;
        bool stopped = false;
        const Action hunt = recorder.calls([&] { stopped = kernel.stop(victim); });
        if (hunter_first) {
          kernel.schedule({hunter_at}, hunter_phase, hunt);
        }
        victim = kernel.execute(job_class, 50, recorder.note(1));
        if (!hunter_first) {
          kernel.schedule({hunter_at}, hunter_phase, hunt);
        }
        kernel.run({100});
        const bool hunter_wins =
            hunter_at < 50 || (hunter_at == 50 && hunter_phase == Phase::release && hunter_first);
        EXPECT_EQ(stopped, hunter_wins);
        EXPECT_EQ(recorder.ran.empty(), hunter_wins);
        EXPECT_EQ(kernel.busy_core_ns({0}), hunter_at < 50 ? 49 : 50);
      }
    }
  }
}

// Three equal jobs end together; the first to be told stops the second: the second is not told, the third is. This is
// `parallel` with `wait: any`, two branches of equal work and the rest cancelled.
TEST(Cancellation, AJobThatEndsTogetherWithItsHunterIsStillStopped) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  const JobClassId job_class = kernel.add_job_class(kernel.add_host(1), 1, 1);
  JobId second;
  JobId self;
  self = kernel.execute(job_class, 100, recorder.calls([&] {
    recorder.write(1);
    EXPECT_FALSE(kernel.stop(self));
    EXPECT_TRUE(kernel.stop(second));
    EXPECT_FALSE(kernel.stop(second));
  }));
  second = kernel.execute(job_class, 100, recorder.note(2));
  kernel.execute(job_class, 100, recorder.note(3));
  kernel.execute(job_class, 100, recorder.note(4));
  kernel.run({1000});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{400, 1}, Ran{400, 3}, Ran{400, 4}));
}

TEST(Cancellation, TheHandleOfAStoppedJobIsNotThatOfTheJobInItsPlace) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  const JobClassId job_class = kernel.add_job_class(kernel.add_host(1), 1, 1);
  JobId second;
  JobId third;
  kernel.execute(job_class, 100, recorder.calls([&] {
    kernel.stop(second);
    third = kernel.execute(job_class, 7, recorder.note(3));  // may use the place of either
    EXPECT_FALSE(kernel.stop(second));
  }));
  second = kernel.execute(job_class, 100, recorder.note(2));
  kernel.run({1000});
  EXPECT_THAT(recorder.ran, ElementsAre(Ran{207, 3}));
}

TEST(Cancellation, StoppingTheLastJobLeavesAnIdleHost) {
  NativeKernel kernel;
  Recorder recorder(kernel);
  const HostId host = kernel.add_host(2);
  const JobId job = kernel.execute(kernel.add_job_class(host, 1, 2), 100, recorder.note(1));
  kernel.run({30});
  EXPECT_TRUE(kernel.stop(job));
  kernel.run({1000});
  EXPECT_THAT(recorder.ran, IsEmpty());
  EXPECT_EQ(kernel.busy_core_ns(host), 30);
  EXPECT_EQ(kernel.events(), 0U);
}

// Timers and jobs that, when they run, start others and cancel some of any age. Each ends in exactly one way.
class Hunt {
 public:
  explicit Hunt(std::uint64_t seed) : numbers_(seed) {
    for (const double cores : {1.0, 2.0, 8.0}) {
      const HostId host = kernel_.add_host(cores);
      classes_.push_back(kernel_.add_job_class(host, 1, 1));
      classes_.push_back(kernel_.add_job_class(host, 0.5, 8));
      classes_.push_back(kernel_.add_job_class(host, 8, 8));
    }
  }

  void run() {
    for (int i = 0; i < 30; ++i) {
      start();
    }
    kernel_.run(kEndOfTime);
  }

  struct Thing {
    bool is_job = false;
    JobId job;
    EventId event;
    int ran = 0;
    int cancelled = 0;
  };
  std::vector<Thing> things;

 private:
  void start() {
    if (things.size() >= 20'000) {
      return;
    }
    const std::uint64_t tag = things.size();
    things.emplace_back();
    const Action action{[](void* self, std::uint64_t t) { static_cast<Hunt*>(self)->ended(t); }, this, tag};
    Thing& thing = things.back();
    thing.is_job = numbers_.chance(70);
    if (thing.is_job) {  // few different demands, so that many end together
      thing.job = kernel_.execute(classes_[numbers_.below(classes_.size())], numbers_.between(0, 3) * 8, action);
    } else {
      thing.event = kernel_.schedule(kernel_.now() + Duration{numbers_.between(0, 4) * 8},
                                     static_cast<Phase>(numbers_.below(5)), action);
    }
  }
  void ended(std::uint64_t tag) {
    Thing& ended_one = things[tag];
    ASSERT_EQ(ended_one.ran, 0);
    ASSERT_EQ(ended_one.cancelled, 0) << "ran after it was cancelled";
    ++ended_one.ran;
    for (std::uint64_t i = numbers_.below(3); i > 0; --i) {
      Thing& victim = things[things.size() - 1 - numbers_.below(std::min<std::size_t>(things.size(), 40))];
      const bool was_alive = victim.ran == 0 && victim.cancelled == 0;
      const bool hit = victim.is_job ? kernel_.stop(victim.job) : kernel_.cancel(victim.event);
      ASSERT_EQ(hit, was_alive);
      victim.cancelled += hit ? 1 : 0;
    }
    for (std::uint64_t i = numbers_.below(5); i > 0; --i) {
      start();
    }
  }

  NativeKernel kernel_;
  Numbers numbers_;
  std::vector<JobClassId> classes_;
};

TEST(Cancellation, EverythingEitherRunsOnceOrIsCancelledOnce) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Hunt hunt(seed);
    hunt.run();
    ASSERT_FALSE(HasFatalFailure());
    EXPECT_GT(hunt.things.size(), 5'000U);  // it did not die out
    std::uint64_t cancelled = 0;
    for (const Hunt::Thing& thing : hunt.things) {
      ASSERT_EQ(thing.ran + thing.cancelled, 1);
      cancelled += static_cast<std::uint64_t>(thing.cancelled);
    }
    EXPECT_GT(cancelled, hunt.things.size() / 10);
  }
}

}  // namespace
}  // namespace loadstone
