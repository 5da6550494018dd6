// Whatever a model does (gives up, retries, branches, cancels), nothing is lost or doubled: every run of 240 random
// models passes the engine's own check and the second opinion of conserved.hpp, ends, and is the same when run again.
#include <gtest/gtest.h>

#include "sim/base/check.hpp"
#include "tests/support/conserved.hpp"
#include "tests/support/model_from_text.hpp"
#include "tests/support/random_model.hpp"

namespace loadstone::test {
namespace {

constexpr std::uint64_t kModels = 240;

class RandomModels : public testing::TestWithParam<std::uint64_t> {};

// One test a block of twenty, so that a failure names few models and the suite stays short.
TEST_P(RandomModels, ConserveEndAndRepeat) {
  for (std::uint64_t number = GetParam(); number < GetParam() + 20; ++number) {
    const RandomModel text = random_model(number);
    SCOPED_TRACE("model " + std::to_string(number) + "\n" + text.topology + text.workload);
    try {
      const load::Loaded loaded = model(text.topology, text.workload);
      const Observations once = run_once(loaded);
      const Observations again = run_once(loaded);
      EXPECT_TRUE(text.arrivals_stop ? conserved_and_ended(loaded.model, once) : conserved(loaded.model, once));
      EXPECT_EQ(once.stopped, "");
      EXPECT_GT(once.events, 0U);
      EXPECT_EQ(once.fingerprint, again.fingerprint);
      EXPECT_EQ(once.events, again.events);
      EXPECT_EQ(once.ended, again.ended);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(TwentyFrom, RandomModels, testing::Range(std::uint64_t{0}, kModels, std::uint64_t{20}),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace loadstone::test
