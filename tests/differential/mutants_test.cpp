// Kernels with one thing wrong, on either side: comparing the two engines must notice each of them.
#include <gtest/gtest.h>

#include <cstdlib>

#include "sim/experiment/horizon.hpp"
#include "tests/differential/two_engines.hpp"
#include "tests/support/late_timers.hpp"
#include "tests/support/random_system.hpp"

namespace loadstone::test {
namespace {

constexpr std::uint64_t kModels = 10;

// The number of models on which the two did not agree, and over those on which they did how exact they were.
struct Found {
  std::size_t disagreements = 0;
  std::size_t together = 0;
  std::size_t exact = 0;

  // As in sound engines, where nine tenths of all ends are at the same nanosecond.
  [[nodiscard]] bool is_noticed() const { return disagreements > 0 || exact * 10 < together * 9; }
};

Found compare_all(bool has_fluid, const Engine& other, const MakeKernel& make_native) {
  Found found;
  for (std::uint64_t number = 0; number < kModels; ++number) {
    const RandomSystem text = random_system(number, has_fluid);
    const load::Loaded loaded = portable_model(text.topology, text.workload);
    const Agreement agreement = run_both(loaded, {}, horizon_of(loaded.workload, loaded.model), other, make_native);
    found.disagreements += agreement.failure.empty() ? 0 : 1;
    found.together += agreement.together;
    found.exact += agreement.exact;
  }
  return found;
}

template <class Native>
bool native_is_noticed(bool has_fluid) {
  return compare_all(has_fluid, *engine_beside("mutant"), [] { return std::make_unique<Native>(); }).is_noticed();
}

bool other_is_noticed(const char* mutant, bool has_fluid) {
  ::setenv("LOADSTONE_MUTANT", mutant, 1);
  const bool noticed = native_is_noticed<CountingKernel>(has_fluid);
  ::unsetenv("LOADSTONE_MUTANT");
  return noticed;
}

// Work on cores and links takes a nanosecond more.
class LongWork final : public CountingKernel {
 public:
  JobId execute(JobClassId job_class, std::int64_t work, Action done) override {
    return CountingKernel::execute(job_class, work + 1, done);
  }
};

// Every class may use one core more than it is allowed.
class LooseCaps final : public CountingKernel {
 public:
  JobClassId add_job_class(HostId host, double cap, double quota, Duration period) override {
    return CountingKernel::add_job_class(host, cap + 1, quota, period);
  }
};

// Routes go over one link less than they should.
class ShortRoutes final : public CountingKernel {
 public:
  JobClassId add_route(NetworkId network, std::span<const LinkId> links) override {
    return CountingKernel::add_route(network, links.first(links.size() > 1 ? links.size() - 1 : links.size()));
  }
};

TEST(EngineMutants, TheSoundEnginesAgree) {
  EXPECT_FALSE(other_is_noticed("", false));
  EXPECT_FALSE(other_is_noticed("", true));
}

TEST(EngineMutants, ANativeTimerThatIsANanosecondLateIsNoticed) {
  EXPECT_TRUE(native_is_noticed<LateTimers<CountingKernel>>(false));
}

TEST(EngineMutants, NativeWorkThatTakesANanosecondMoreIsNoticed) {
  EXPECT_TRUE(native_is_noticed<LongWork>(true));
}

TEST(EngineMutants, ANativeCapThatIsOneCoreTooWideIsNoticed) {
  EXPECT_TRUE(native_is_noticed<LooseCaps>(true));
}

TEST(EngineMutants, ANativeRouteThatForgetsALinkIsNoticed) {
  EXPECT_TRUE(native_is_noticed<ShortRoutes>(true));
}

TEST(EngineMutants, ATimerOfSimGridThatIsANanosecondLateIsNoticed) {
  EXPECT_TRUE(other_is_noticed("late_timers", false));
}

TEST(EngineMutants, ExpiriesOfSimGridInAnotherPhaseAreNoticed) {
  EXPECT_TRUE(other_is_noticed("late_expiries", false));
}

TEST(EngineMutants, CompletionsOfSimGridThatAreANanosecondLateAreNoticed) {
  EXPECT_TRUE(other_is_noticed("late_completions", true));
}

}  // namespace
}  // namespace loadstone::test
