// Mutants that conserve everything and are wrong all the same: the interval against theory must miss. The judge is
// estimates(), which validation uses, on fewer samples than validation has.
#include <gtest/gtest.h>

#include "sim/primitive/station.hpp"
#include "sim/theory/mm1.hpp"
#include "sim/theory/mm1_order.hpp"
#include "sim/theory/mmc_patience.hpp"
#include "tests/negative/mutants/broken_slots.hpp"
#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

constexpr Sampling kSampling{.warmup_s = 2'000, .measured_s = 200'000, .replications = 30};
constexpr Mm1 kExact{0.8, 1};
constexpr double kAnyWidth = 10;  // a mutant must be caught by the exact value, not by too few samples

class TheoryMutants : public testing::Test {
 protected:
  void SetUp() override {
    if (validation_scale() < 1) {
      GTEST_SKIP() << "a mutant is caught by the full number of samples";
    }
  }
};

SampledModel mm1_with(const std::string& service) {
  return {one_station("service: " + service), arrivals(0.8), kSampling};
}

double second_moment() {
  return Mm1Order{0.8, 1, ServiceOrder::first_come}.wait_second_moment();
}

TEST_F(TheoryMutants, TheSoundEnginePasses) {
  const SampledModel run = mm1_with("exponential(1s)");
  EXPECT_TRUE(estimates(run.mean_wait("server"), kExact.mean_wait(), kMeanWidth));
  EXPECT_TRUE(estimates(run.wait_second_moment("server"), second_moment(), kTailWidth));
}

// Declared first come first served, served last come first served. The mean cannot tell; the second moment does.
TEST_F(TheoryMutants, LastComeUnderTheNameOfFirstComeIsCaught) {
  load::Loaded loaded = model(one_station("service: exponential(1s), discipline: fifo"), arrivals(0.8));
  static_cast<StationPlan&>(*loaded.model.resources[0]).discipline = Discipline::lifo;
  const SampledModel run(std::move(loaded), kSampling);
  EXPECT_TRUE(estimates(run.mean_wait("server"), kExact.mean_wait(), kAnyWidth));
  EXPECT_FALSE(estimates(run.wait_second_moment("server"), second_moment(), kAnyWidth));
}

// Random order that chooses the next one when a service begins instead of when it ends, so that who comes meanwhile has
// no chance: 10 % less E[W^2]. (The engine did this once.)
class ChoosesTooEarly final : public Slots {
 public:
  using Slots::Slots;
  void release(const Hold& hold) override {
    Slots::release(hold);
    auto& line = static_cast<Line&>(*hold.member);
    if (!line.queue.empty()) {
      static_cast<void>(line.queue.front());  // the line remembers its choice
    }
  }
};

TEST_F(TheoryMutants, AChoiceMadeTooEarlyIsCaught) {
  const char* topology =
      "topology: random\nresources: {server: {kind: semaphore, size: 1, discipline: random}}\n"
      "flows: {serve: {steps: [{hold: server, do: [{delay: exponential(1s)}]}]}}\n";
  const double exact = Mm1Order{0.7, 1, ServiceOrder::random}.wait_second_moment();
  EXPECT_TRUE(
      estimates(SampledModel(topology, arrivals(0.7), kSampling).wait_second_moment("server"), exact, kTailWidth));
  load::Loaded loaded = model(topology, arrivals(0.7));
  break_semaphore<ChoosesTooEarly>(loaded, "server");
  const SampledModel run(std::move(loaded), kSampling);
  EXPECT_FALSE(estimates(run.wait_second_moment("server"), exact, kAnyWidth));
}

// An exponential whose mean is 2 % off.
TEST_F(TheoryMutants, AnExponentialOfAWrongMeanIsCaught) {
  const SampledModel run = mm1_with("exponential(1.02s)");
  EXPECT_FALSE(estimates(run.mean_wait("server"), kExact.mean_wait(), kAnyWidth));
  EXPECT_FALSE(estimates(run.utilization("server"), kExact.utilization(), kAnyWidth));
}

// An exponential made from a uniform number of seven bits: it has no tail beyond log(128) means.
TEST_F(TheoryMutants, AnExponentialWithoutItsTailIsCaught) {
  const SampledModel run = mm1_with("exponential(1s; max=4.852s)");
  EXPECT_FALSE(estimates(run.mean_wait("server"), kExact.mean_wait(), kAnyWidth));
}

// The right mean and the wrong shape.
TEST_F(TheoryMutants, AServiceOfTheRightMeanAndTheWrongLawIsCaught) {
  const SampledModel run = mm1_with("gamma(mean=1s; cv=0.95)");
  EXPECT_TRUE(estimates(run.utilization("server"), kExact.utilization(), kAnyWidth));
  EXPECT_FALSE(estimates(run.mean_wait("server"), kExact.mean_wait(), kAnyWidth));
}

// Arrivals that are a little too regular.
TEST_F(TheoryMutants, ArrivalsThatAreNotPoissonAreCaught) {
  const SampledModel run(one_station("service: exponential(1s)"), arrivals(0.8, "serve", "gamma(cv=0.9)"), kSampling);
  EXPECT_FALSE(estimates(run.mean_wait("server"), kExact.mean_wait(), kAnyWidth));
}

// One abandonment in fifty is not counted.
TEST_F(TheoryMutants, AbandonmentsThatAreNotCountedAreCaught) {
  const SampledModel run(one_station("servers: 4, service: exponential(1s), patience: exponential(2s)"), arrivals(5),
                         {.warmup_s = 500, .measured_s = 20'000, .replications = 30});
  const PatienceResult exact = ErlangA{5, 1, 4, 0.5}.solve();
  const auto share = [&](std::uint64_t counted_of_fifty) {
    return run.values([=](const Observations& o) {
      const FlowCounts& sample = o.flows[0].sample;
      const std::uint64_t failed = sample.failed * counted_of_fifty / 50;
      return static_cast<double>(failed) / static_cast<double>(failed + sample.completed);
    });
  };
  EXPECT_TRUE(estimates(share(50), exact.abandonment, kMeanWidth));
  EXPECT_FALSE(estimates(share(49), exact.abandonment, kAnyWidth));
}

// The width: an estimate that contains everything says nothing.
TEST_F(TheoryMutants, AVagueEstimateIsCaught) {
  const Values vague{1, 9, 4, 6, 2, 8};
  EXPECT_FALSE(estimates(vague, 5, kMeanWidth));
  EXPECT_TRUE(estimates(vague, 5, kAnyWidth));
}

}  // namespace
}  // namespace loadstone::test
