// Mutants that lose or double something: Simulation::check_conservation, or conserved.hpp, must say so.
#include <gmock/gmock.h>

#include "sim/base/check.hpp"
#include "sim/engine/simulation.hpp"
#include "tests/negative/mutants/broken_slots.hpp"
#include "tests/support/conserved.hpp"
#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

using ::testing::HasSubstr;

load::Loaded pool(const std::string& keys = "") {
  return model("topology: pool\nresources: {pool: {kind: semaphore, size: 2" + keys +
                   "}}\nflows: {serve: {steps: [{hold: pool, do: [{delay: exponential(10ms)}]}]}}\n",
               "workload: w\nwarmup: 1s\nscenarios: {load: {executor: constant-arrival-rate, exec: serve, rate: 150/s, "
               "duration: 10s}}\n");
}

// What run_once throws, or "".
std::string broken_law(const load::Loaded& loaded) {
  try {
    static_cast<void>(run_once(loaded));
    return "";
  } catch (const CheckFailure& failure) {
    return failure.what();
  }
}

TEST(ConservationMutants, TheSoundEnginePasses) {
  const load::Loaded loaded = pool(", timeout: 20ms");
  EXPECT_TRUE(conserved_and_ended(loaded.model, run_once(loaded)));
}

// Grants the 100th waiter its unit but never wakes it: the unit is in use and nobody holds it.
class LosesAWaiter final : public Slots {
 public:
  using Slots::Slots;

 private:
  void granted(Request& request, Line& line) override {
    if (++grants_ != 100) {
      Slots::granted(request, line);
    }
  }
  int grants_ = 0;
};

TEST(ConservationMutants, AnEngineThatLosesOneWaiterIsCaught) {
  load::Loaded loaded = pool();
  break_semaphore<LosesAWaiter>(loaded, "pool");
  EXPECT_THAT(broken_law(loaded), HasSubstr("Little's law in 'pool'"));
}

// Forgets one waiter in line: it waits for ever. Sums and integrals agree, but the run does not come to its end.
class ForgetsTheLine final : public Slots {
 public:
  using Slots::Slots;
  void release(const Hold& hold) override {
    auto& line = static_cast<Line&>(*hold.member);
    if (!line.queue.empty() && ++releases_ == 100) {
      line.queue.remove(line.queue.front());
    }
    Slots::release(hold);
  }

 private:
  int releases_ = 0;
};

TEST(ConservationMutants, AnEngineThatForgetsOneInLineIsCaught) {
  load::Loaded loaded = pool();
  break_semaphore<ForgetsTheLine>(loaded, "pool");
  EXPECT_FALSE(conserved_and_ended(loaded.model, run_once(loaded)));
}

// Gives back one unit less than was taken, once.
class LeaksAUnit final : public Slots {
 public:
  using Slots::Slots;
  void release(const Hold& hold) override {
    Hold less = hold;
    less.amount -= ++releases_ == 100 ? 1 : 0;
    Slots::release(less);
  }

 private:
  int releases_ = 0;
};

TEST(ConservationMutants, AnEngineThatLeaksOneUnitIsCaught) {
  load::Loaded loaded = pool();
  break_semaphore<LeaksAUnit>(loaded, "pool");
  EXPECT_THAT(broken_law(loaded), HasSubstr("Little's law in 'pool'"));
}

// Does not count one who gave up.
class ForgetsATimeout final : public Slots {
 public:
  using Slots::Slots;
  void leave_line(Request& request) override {
    Member& member = *request.wait.member;
    Slots::leave_line(request);
    member.level.timed_out -= ++timeouts_ == 10 ? 1 : 0;
  }

 private:
  int timeouts_ = 0;
};

TEST(ConservationMutants, AnEngineThatForgetsToCountATimeoutIsCaught) {
  load::Loaded loaded = pool(", timeout: 20ms");
  break_semaphore<ForgetsATimeout>(loaded, "pool");
  const auto result = conserved(loaded.model, run_once(loaded));
  EXPECT_FALSE(result);
  EXPECT_THAT(result.message(), HasSubstr("timed out"));
}

// Counts a waiter out of the line one nanosecond late, once: nothing is too small.
class CountsANanosecondTooMany final : public Slots {
 public:
  using Slots::Slots;
  void release(const Hold& hold) override {
    if (++releases_ == 100) {
      auto& line = static_cast<Line&>(*hold.member);
      line.level.enter_line(simulation_.now());
      line.level.leave_line(simulation_.now() + Duration{1});
    }
    Slots::release(hold);
  }

 private:
  int releases_ = 0;
};

TEST(ConservationMutants, OneNanosecondTooManyIsCaught) {
  load::Loaded loaded = pool();
  break_semaphore<CountsANanosecondTooMany>(loaded, "pool");
  EXPECT_THAT(broken_law(loaded), HasSubstr("Little's law in the line of 'pool'"));
}

// What a run leaves behind, tampered with.
TEST(ConservationMutants, TamperedObservationsAreCaught) {
  const load::Loaded loaded = pool(", timeout: 20ms");
  const auto is_caught = [&](const auto& tamper) {
    Observations o = run_once(loaded);
    tamper(o);
    return !conserved_and_ended(loaded.model, o);
  };
  EXPECT_TRUE(is_caught([](Observations& o) { ++o.flows[0].sample.failed; }));
  EXPECT_TRUE(is_caught([](Observations& o) { --o.flows[0].sample.completed; }));
  EXPECT_TRUE(is_caught([](Observations& o) { ++o.flows[0].run.dropped; }));
  EXPECT_TRUE(is_caught([](Observations& o) { o.flows[0].latency.record(1); }));
  EXPECT_TRUE(is_caught([](Observations& o) { --o.resources[0].at_end.refused; }));
  EXPECT_TRUE(is_caught([](Observations& o) { ++o.resources[0].meter.wait_sum; }));
  EXPECT_TRUE(is_caught([](Observations& o) { o.resources[0].meter.hold_sum += 1'000'000'000'000'000; }));
  EXPECT_TRUE(is_caught([](Observations& o) { o.stopped = "deadlock"; }));
}

}  // namespace
}  // namespace loadstone::test
