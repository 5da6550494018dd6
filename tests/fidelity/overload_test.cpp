// Retries, breakers and timeouts behave as fidelity 10 says (docs/reference/fidelity.md, section overload).
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

std::string failing(const std::string& retry) {
  return "topology: t\nresources: {}\nflows:\n" + flows_named({"go"}, "{fail: down, retry: {" + retry + "}}");
}

// A thousand clients fail at 0. Without jitter the pause before retry n = 3 is 0.1 x 2^3 = 0.8 s for all: attempts end
// at 0, 0.1, 0.3, 0.7 and 1.5 s.
TEST(FidelityOverload, Behaviour3WithoutJitterAllRetryAtOneInstant) {
  for (const auto& [max, ms] : {std::pair{3, 700}, std::pair{4, 1500}}) {
    const SeenRun seen(failing("base: 100ms, max: " + std::to_string(max)), {{.count = 1000, .every = "1us"}});
    EXPECT_EQ(seen.flow("go").failure.count(), 1000u);
    EXPECT_EQ(seen.flow("go").failure.min(), ms * kNsOfMs);
    EXPECT_EQ(seen.flow("go").failure.max(), ms * kNsOfMs);
  }
}

// With full jitter the pause is uniform below 0.8 s. The mean of a thousand has a standard deviation of
// 0.8 / sqrt(12 x 1000) = 0.0073 s, a quartile one of 0.8 x sqrt(0.1875 / 1000) = 0.011 s. Draws are the same with one
// retry more, so that the sums differ by the last pauses.
TEST(FidelityOverload, Behaviour3FullJitterSpreadsThem) {
  const auto with = [](const std::string& keys) {
    return SeenRun(failing(keys + ", jitter: full"), {{.count = 1000, .every = "1us"}});
  };
  const SeenRun three = with("base: 100ms, max: 3");
  const SeenRun four = with("base: 100ms, max: 4");
  const double last = to_double(four.flow("go").failure.sum() - three.flow("go").failure.sum()) / 1000;
  EXPECT_NEAR(last, 0.4e9, 5 * 0.0073e9);
  const SeenRun one = with("base: 800ms, max: 1");
  const Histogram& pauses = one.flow("go").failure;
  EXPECT_LT(pauses.max(), 800 * kNsOfMs);
  EXPECT_LT(pauses.min(), 10 * kNsOfMs);  // (1 - 1/80)^1000: once in 300,000 seeds above it
  for (const double quarter : {0.25, 0.5, 0.75}) {
    EXPECT_NEAR(static_cast<double>(pauses.quantile(quarter)), quarter * 0.8e9, 5 * 0.013e9);
  }
}

}  // namespace
}  // namespace loadstone::test
