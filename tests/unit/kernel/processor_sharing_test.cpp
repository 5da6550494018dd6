// Shares of one host's cores, each scenario with its algebra. Rates are multiples of 2^-40 rounded down; where a share
// is a dyadic fraction (1/2, 3/4, ..) nothing is rounded and the instants are exact.
#include "sim/kernel/processor_sharing.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/base/int128.hpp"
#include "sim/kernel/native_kernel.hpp"
#include "tests/unit/kernel/recorder.hpp"

namespace loadstone {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// One host and its log: job(class, work, tag) begins now.
class SharedHost : public ::testing::Test {
 protected:
  void cores(double count) { host_ = kernel_.add_host(count); }
  JobClassId job_class(double cap, double quota) { return kernel_.add_job_class(host_, cap, quota); }
  JobId job(JobClassId of, std::int64_t work, std::uint64_t tag) {
    return kernel_.execute(of, work, recorder_.note(tag));
  }
  void until(std::int64_t ns) { kernel_.run({ns}); }
  std::vector<Ran> ended() {
    kernel_.run({kernel_.now().ns + 1'000'000'000'000});
    return recorder_.ran;
  }
  double busy() { return kernel_.busy_core_ns(host_); }

  NativeKernel kernel_;
  Recorder recorder_{kernel_};
  HostId host_;
};

// rate 1/4 each: 1000 / (1/4) = 4000.
TEST_F(SharedHost, EqualJobsOnOneCoreLeaveTogetherInTheOrderOfArrival) {
  cores(1);
  const JobClassId c = job_class(1, 1);
  for (std::uint64_t tag = 0; tag < 4; ++tag) {
    job(c, 1000, tag);
  }
  EXPECT_THAT(ended(), ElementsAre(Ran{4000, 0}, Ran{4000, 1}, Ran{4000, 2}, Ran{4000, 3}));
  EXPECT_EQ(busy(), 4000);
}

// --- a quota of each period -----------------------------------------------------------------------------------------

// Four on eight cores with one core's time: 250 of every 1000 ns each, then they stand still. 600 each: 250 by 250, 500
// by 1250, 600 by 2100. The cores are busy for 4 x 600.
TEST_F(SharedHost, AQuotaOfAPeriodStopsAllWhenItIsUsedUp) {
  cores(8);
  const JobClassId c = kernel_.add_job_class(host_, 1, 1, Duration{1000});
  for (std::uint64_t tag = 0; tag < 4; ++tag) {
    job(c, 600, tag);
  }
  until(1000);
  EXPECT_EQ(busy(), 1000);
  EXPECT_THAT(ended(), ElementsAre(Ran{2100, 0}, Ran{2100, 1}, Ran{2100, 2}, Ran{2100, 3}));
  EXPECT_EQ(busy(), 2400);
}

// Half a core: 500 of the first 1000, the rest from the next period on. One that comes while all stand still begins
// then too: at 1000 both go on, at 1200 the first is done, the second has 200 of its 250 and 100 of the quota are left.
TEST_F(SharedHost, WhoComesWhileAllStandStillWaitsForTheNextPeriod) {
  cores(8);
  const JobClassId c = kernel_.add_job_class(host_, 1, 0.5, Duration{1000});
  job(c, 700, 0);
  until(800);
  job(c, 250, 1);
  EXPECT_THAT(ended(), ElementsAre(Ran{1200, 0}, Ran{1250, 1}));
}

// What is used up at the very end of a period stops nobody; what one period leaves is not there in the next.
TEST_F(SharedHost, AQuotaIsFullAgainInEachPeriod) {
  cores(8);
  const JobClassId c = kernel_.add_job_class(host_, 1, 1, Duration{1000});
  job(c, 3000, 0);
  until(5500);
  job(c, 900, 1);  // 900 of the 1000 until 6400, across the boundary at 6000
  job(c, 900, 2);  // two: 1000 by 6000, 1000 more would last until 6500
  EXPECT_THAT(ended(), ElementsAre(Ran{3000, 0}, Ran{6400, 1}, Ran{6400, 2}));
}

// Those who stand still leave their cores to others.
TEST_F(SharedHost, AStoppedClassLeavesItsCores) {
  cores(1);
  const JobClassId limited = kernel_.add_job_class(host_, 1, 0.25, Duration{1000});
  const JobClassId free = job_class(1, 1);
  job(limited, 500, 0);  // 250 at half speed by 500, then at 1000 again: by 1500
  job(free, 1000, 1);    // 250 by 500, 750 by 1000, 1000 by 1500
  EXPECT_THAT(ended(), ElementsAre(Ran{1500, 0}, Ran{1500, 1}));
}

// rate floor(2^40 / 3) / 2^40 = (1 - 2^-40) / 3: 1000 needs 3000 / (1 - 2^-40), above 3000 by less than the thousandth
// of a nanosecond that is to spare.
TEST_F(SharedHost, AShareThatIsRoundedDownEndsOnTheNanosecondAllTheSame) {
  cores(1);
  const JobClassId c = job_class(1, 1);
  for (std::uint64_t tag = 0; tag < 3; ++tag) {
    job(c, 1000, tag);
  }
  EXPECT_THAT(ended(), ElementsAre(Ran{3000, 0}, Ran{3000, 1}, Ran{3000, 2}));
  EXPECT_NEAR(busy(), 3000, 3000 * 3 * 0x1p-40);
}

// A alone until 500 (500 left), then 1/2 each: A ends at 500 + 1000; B has 500 left then, alone: 2000.
TEST_F(SharedHost, AnArrivalInTheMiddleHalvesTheRateFromThenOn) {
  cores(1);
  const JobClassId c = job_class(1, 1);
  job(c, 1000, 1);
  until(500);
  job(c, 1000, 2);
  EXPECT_THAT(ended(), ElementsAre(Ran{1500, 1}, Ran{2000, 2}));
  EXPECT_EQ(busy(), 2000);
}

TEST_F(SharedHost, TheCapIsWhatOneJobCanUse) {
  cores(4);
  job(job_class(1, 4), 1000, 1);    // 1000 / 1
  job(job_class(2, 4), 1000, 2);    // 1000 / 2
  job(job_class(0.5, 4), 1000, 3);  // 1000 / 0.5
  EXPECT_THAT(ended(), ElementsAre(Ran{500, 2}, Ran{1000, 1}, Ran{2000, 3}));
}

// Quota 1 over 4 jobs: 1/4 each while four are there. 100 -> 400. Then three jobs of 200: 1/3 each would be rounded, so
// two of them are stopped: the last has 100 left at rate 1: 500.
TEST_F(SharedHost, TheQuotaIsWhatAllJobsOfAClassUseTogether) {
  cores(16);
  const JobClassId limited = job_class(1, 1);
  const JobClassId free = job_class(1, kInfinity);
  job(free, 450, 9);
  job(limited, 100, 1);
  const JobId a = job(limited, 200, 2);
  const JobId b = job(limited, 200, 3);
  job(limited, 200, 4);
  until(400);
  EXPECT_EQ(busy(), 400 * 1 + 400);
  kernel_.stop(a);
  kernel_.stop(b);
  EXPECT_THAT(ended(), ElementsAre(Ran{400, 1}, Ran{450, 9}, Ran{500, 4}));
}

// 2 cores. A: 2 jobs, cap 1/4. B: 1 job. C: 2 jobs. Fair share 2/5; A takes 1/4 each, 3/2 are left for three: 1/2 each.
//   B wants 300: 600. Then C shares 3/2 by two: 3/4 each; it has 600 - 300 left: 600 + 400 = 1000.
//   A wants 500 at 1/4: 2000. Busy: 2 x 1000 + 1/2 x 1000 = 2500 = 2 x 500 + 300 + 2 x 600.
TEST_F(SharedHost, WhatACappedClassLeavesIsSharedByTheOthers) {
  cores(2);
  const JobClassId a = job_class(0.25, 8);
  const JobClassId b = job_class(8, 8);
  const JobClassId c = job_class(kInfinity, kInfinity);
  job(c, 600, 1);
  job(a, 500, 2);
  job(b, 300, 3);
  job(a, 500, 4);
  job(c, 600, 5);
  EXPECT_THAT(ended(), ElementsAre(Ran{600, 3}, Ran{1000, 1}, Ran{1000, 5}, Ran{2000, 2}, Ran{2000, 4}));
  EXPECT_EQ(busy(), 2500);
}

// 4 cores. Limits of a job: B quota 1/2 by 4 = 1/8, A cap 1/4, C cap 4. Filled from the lowest:
//   B 4 x 1/8 = 1/2, A 2 x 1/4 = 1/2, C has 3 for two: 3/2 each.
//   C 3000 -> 2000; A 1000 -> 4000; B 1000 -> 8000. Busy: 8000 x 1/2 + 4000 x 1/2 + 2000 x 3 = 12000.
TEST_F(SharedHost, ClassesAreFilledFromTheLowestLimitWhateverTheirOrder) {
  for (int order = 0; order < 2; ++order) {
    NativeKernel kernel;
    Recorder recorder(kernel);
    const HostId host = kernel.add_host(4);
    JobClassId a;
    JobClassId b;
    JobClassId c;
    if (order == 0) {
      c = kernel.add_job_class(host, 4, kInfinity);
      a = kernel.add_job_class(host, 0.25, 4);
      b = kernel.add_job_class(host, 4, 0.5);
    } else {
      b = kernel.add_job_class(host, 4, 0.5);
      a = kernel.add_job_class(host, 0.25, 4);
      c = kernel.add_job_class(host, 4, kInfinity);
    }
    for (std::uint64_t i = 0; i < 4; ++i) {
      kernel.execute(b, 1000, recorder.note(30 + i));
    }
    for (std::uint64_t i = 0; i < 2; ++i) {
      kernel.execute(a, 1000, recorder.note(10 + i));
      kernel.execute(c, 3000, recorder.note(20 + i));
    }
    kernel.run({10000});
    EXPECT_THAT(recorder.ran, ElementsAre(Ran{2000, 20}, Ran{2000, 21}, Ran{4000, 10}, Ran{4000, 11}, Ran{8000, 30},
                                          Ran{8000, 31}, Ran{8000, 32}, Ran{8000, 33}));
    EXPECT_EQ(kernel.busy_core_ns(host), 12000);
  }
}

// A quota that the fair share does not reach has no effect: 1 core, quota 1 for 1 of 2 jobs: 1/2 < 1.
TEST_F(SharedHost, ALimitAboveTheFairShareDoesNotBind) {
  cores(1);
  job(job_class(1, 1), 100, 1);
  job(job_class(4, 4), 100, 2);
  EXPECT_THAT(ended(), ElementsAre(Ran{200, 1}, Ran{200, 2}));
}

TEST_F(SharedHost, ADemandOfZeroEndsAtItsInstantAndDisturbsNobody) {
  cores(1);
  const JobClassId c = job_class(1, 1);
  job(c, 0, 1);
  job(c, 0, 2);
  until(0);
  EXPECT_THAT(recorder_.ran, ElementsAre(Ran{0, 1}, Ran{0, 2}));
  job(c, 100, 3);
  until(50);
  job(c, 0, 4);
  EXPECT_THAT(ended(), ElementsAre(Ran{0, 1}, Ran{0, 2}, Ran{50, 4}, Ran{100, 3}));
  EXPECT_EQ(busy(), 100);
}

// Alone: 1. Two on one core: 2. With 4 cores to itself: 1/4, rounded up to 1.
TEST_F(SharedHost, ADemandOfOneNanosecondTakesAtLeastOne) {
  cores(4);
  const JobClassId single = job_class(1, 1);
  const JobClassId wide = job_class(4, 4);
  job(single, 1, 1);
  until(10);
  job(single, 1, 2);
  job(single, 1, 3);  // quota 1 by two
  until(20);
  job(wide, 1, 4);
  EXPECT_THAT(ended(), ElementsAre(Ran{1, 1}, Ran{12, 2}, Ran{12, 3}, Ran{21, 4}));
}

// Rates 1, 1/2 and 1: all attained at 1000, whatever their class.
TEST_F(SharedHost, JobsOfSeveralClassesThatEndTogetherLeaveInTheOrderOfArrival) {
  cores(4);
  const JobClassId half = job_class(0.5, 4);
  const JobClassId whole = job_class(1, 4);
  job(whole, 1000, 0);
  job(half, 500, 1);
  job(whole, 1000, 2);
  EXPECT_THAT(ended(), ElementsAre(Ran{1000, 0}, Ran{1000, 1}, Ran{1000, 2}));
}

// 8 cores, four jobs: 2 each. 18 -> 9; 17 -> 8.5, so 9 as well, and 18 came first. Attained then: 18, by two left at 4
//   each: 19 -> 10, attained 22; 24 alone at 8 -> 11. Busy 8 x 11 = 88 = 17 + 18 + 19 + 24 and what was done beyond
//   the demand in the last nanoseconds: 1 + 0 + 3 + 6.
TEST_F(SharedHost, DemandsAttainedWithinOneNanosecondLeaveInTheOrderOfArrival) {
  cores(8);
  const JobClassId c = job_class(8, 8);
  job(c, 24, 1);
  job(c, 18, 2);
  job(c, 17, 3);
  job(c, 19, 4);
  EXPECT_THAT(ended(), ElementsAre(Ran{9, 2}, Ran{9, 3}, Ran{10, 4}, Ran{11, 1}));
  EXPECT_EQ(busy(), 88);
}

// 3/2 cores, cap 1, two jobs of 750: 3/4 each: 1000. Half a core: 500 -> 1000.
TEST_F(SharedHost, CoresMayBeFractional) {
  cores(1.5);
  const JobClassId c = job_class(1, kInfinity);
  job(c, 750, 1);
  job(c, 750, 2);
  until(1000);
  job(c, 750, 3);  // alone: the cap is below the host
  EXPECT_THAT(ended(), ElementsAre(Ran{1000, 1}, Ran{1000, 2}, Ran{1750, 3}));
  const HostId half = kernel_.add_host(0.5);
  const SimTime start = kernel_.now();
  kernel_.execute(kernel_.add_job_class(half, 1, 1), 500, recorder_.note(4));
  EXPECT_EQ(ended().back(), (Ran{start.ns + 1000, 4}));
}

// A tenth of a core is floor(0.1 x 2^40) = 109951162777 of 2^-40: 10^9 x 2^40 / 109951162777 = 10^10 + 0.055, of which
// 0.01 are to spare, rounded up.
TEST_F(SharedHost, ACapThatIsNotDyadicIsRoundedDownByLessThanItsLastBit) {
  cores(1);
  job(job_class(0.1, 1), 1'000'000'000, 1);
  EXPECT_THAT(ended(), ElementsAre(Ran{10'000'000'001, 1}));
}

// 1 core, A and B 1000: at 600 both have 300; B stopped, A's 700 left end at 1300. C takes B's slot.
TEST_F(SharedHost, AStoppedJobGivesItsShareBackAndItsHandleIsSpent) {
  cores(1);
  const JobClassId c = job_class(1, 1);
  const JobId a = job(c, 1000, 1);
  const JobId b = job(c, 1000, 2);
  until(600);
  EXPECT_TRUE(kernel_.stop(b));
  EXPECT_FALSE(kernel_.stop(b));
  until(1300);
  EXPECT_FALSE(kernel_.stop(a));
  job(c, 100, 3);
  EXPECT_FALSE(kernel_.stop(a));
  EXPECT_FALSE(kernel_.stop(b));
  EXPECT_THAT(ended(), ElementsAre(Ran{1300, 1}, Ran{1400, 3}));
  EXPECT_EQ(busy(), 1400);
}

TEST_F(SharedHost, AnIdleClassBeginsAgainFromZero) {
  cores(1);
  const JobClassId c = job_class(1, 1);
  for (std::int64_t at = 0; at < 1'000'000'000'000'000; at += 99'999'999'999'999) {
    until(at);
    job(c, 7, 1);
    until(at + 7);
    EXPECT_EQ(recorder_.ran.back(), (Ran{at + 7, 1}));
  }
  EXPECT_EQ(busy(), 7.0 * static_cast<double>(recorder_.ran.size()));
}

TEST(HostOfCores, RefusesNonsense) {
  EXPECT_THROW(ProcessorSharing(0), CheckFailure);
  EXPECT_THROW(ProcessorSharing(-1), CheckFailure);
  EXPECT_THROW(ProcessorSharing{std::numeric_limits<double>::quiet_NaN()}, CheckFailure);
  ProcessorSharing sharing(1);
  EXPECT_THROW(sharing.add_class(0, 1), CheckFailure);
  EXPECT_THROW(sharing.add_class(1, 0), CheckFailure);
  EXPECT_THROW(sharing.start({0}, sharing.add_class(1, 1), -1, {}), CheckFailure);
}

TEST(HostOfCores, NextCompletionIsWhenTheFirstDemandIsAttained) {
  ProcessorSharing sharing(1);
  const std::uint32_t c = sharing.add_class(1, 1);
  EXPECT_EQ(sharing.next_completion(), std::nullopt);
  sharing.start({10}, c, 100, {});
  EXPECT_EQ(sharing.next_completion(), SimTime{110});
  const auto second = sharing.start({60}, c, 10, {});  // half each: 60 + 20
  EXPECT_EQ(sharing.next_completion(), SimTime{80});
  EXPECT_TRUE(sharing.stop({70}, second));  // the first has 50 + 5
  EXPECT_EQ(sharing.next_completion(), SimTime{115});
  EXPECT_EQ(sharing.jobs(), 1U);
  sharing.start({70}, c, (std::int64_t{1} << 62) - 1, {});
  std::vector<CompletedJob> completed;
  sharing.advance({160}, completed);
  EXPECT_EQ(completed.size(), 1U);
  EXPECT_EQ(sharing.next_completion(), kEndOfTime);  // 2^62 - 46 to go at rate 1: past the end
}

TEST(HostOfCores, AnActionIsTakenOnceAndNotAfterAStop) {
  ProcessorSharing sharing(1);
  const std::uint32_t c = sharing.add_class(1, 1);
  sharing.start({0}, c, 5, {nullptr, nullptr, 1});
  sharing.start({0}, c, 5, {nullptr, nullptr, 2});
  std::vector<CompletedJob> completed;
  sharing.advance({10}, completed);
  ASSERT_EQ(completed.size(), 2U);
  EXPECT_EQ(sharing.jobs(), 0U);
  EXPECT_EQ(sharing.take(completed[0].job)->argument, 1U);
  EXPECT_EQ(sharing.take(completed[0].job), std::nullopt);
  EXPECT_FALSE(sharing.stop({10}, completed[0].job));
  EXPECT_TRUE(sharing.stop({10}, completed[1].job));
  EXPECT_EQ(sharing.take(completed[1].job), std::nullopt);
  EXPECT_FALSE(sharing.stop({10}, completed[1].job));
}

}  // namespace
}  // namespace loadstone
