#include "sim/experiment/warmup.hpp"

#include <gtest/gtest.h>

#include "tests/support/model_from_text.hpp"

namespace loadstone::test {
namespace {

constexpr double kSecond = 1e9;

WarmedHorizon detected(const std::string& service, const std::string& scenario) {
  const auto m = model("topology: t\nresources:\n  desk: {kind: station, servers: 1, service: " + service +
                           "}\nflows: {go: {steps: [{visit: desk}]}}\n",
                       "workload: w\nwarmup: auto\nscenarios:\n  s: {exec: go, duration: 200s, " + scenario + "}\n");
  SerialExecutor executor;
  return warmed_horizon(m.workload, m.model, {}, executor);
}

// One request a second, a tenth of a second each: every block is like every other.
TEST(WarmupDetection, DiscardsNothingWhereNothingSettles) {
  const WarmedHorizon found = detected("100ms", "executor: constant-arrival-rate, arrival: even, rate: 1/s");
  EXPECT_EQ(found.horizon.warmup.ns, 0);
  EXPECT_EQ(found.warmup.longest, "");
  EXPECT_TRUE(found.warmup.stationary);
}

// 200 users come at once; the last of them is served at 8 s. They come again 10 s after their answers, 40 ms apart, and
// nobody ever waits again: rounds of 10.04 s, 8 s of them busy.
TEST(WarmupDetection, DiscardsARushAtTheStart) {
  const WarmedHorizon found = detected("40ms", "executor: constant-vus, vus: 200, thinkTime: 10s");
  EXPECT_TRUE(found.warmup.stationary);
  EXPECT_NE(found.warmup.longest, "");
  EXPECT_GE(found.horizon.warmup.ns, 7 * kSecond);
  EXPECT_LE(found.horizon.warmup.ns, (8 + 10.04 + 1) * kSecond);
}

// Twice as many come as are served: the line grows to the end.
TEST(WarmupDetection, SaysThatAnOverloadNeverSettlesAndGoesByTheRule) {
  const WarmedHorizon found = detected("100ms", "executor: constant-arrival-rate, arrival: even, rate: 20/s");
  EXPECT_FALSE(found.warmup.stationary);
  EXPECT_NE(found.warmup.longest, "");
  EXPECT_EQ(found.horizon.warmup.ns, 40 * kSecond);  // a fifth
}

// 50 requests in all are less than twenty blocks of five: nothing is said.
TEST(WarmupDetection, SaysNothingOfFewEvents) {
  const WarmedHorizon found = detected("3s", "executor: constant-arrival-rate, arrival: even, rate: 0.25/s");
  EXPECT_EQ(found.horizon.warmup.ns, 0);
  EXPECT_EQ(found.warmup.longest, "");
}

}  // namespace
}  // namespace loadstone::test
