// A workload as written, against algebra: arrivals are even and service is constant, so a line is there from the
// instant at which more comes than is served until what was left over is served as well.
#include <gtest/gtest.h>

#include "sim/experiment/saturate.hpp"
#include "tests/support/model_from_text.hpp"

namespace loadstone::test {
namespace {

constexpr const char* kDesk = R"(
topology: t
resources: {desk: {kind: station, servers: 1, service: 100ms}}
flows: {read: {steps: [{visit: desk}]}}
)";

// Five requests a second, and for ten seconds from the second minute's end on twenty.
constexpr const char* kSpike = R"(
workload: w
scenarios:
  burst:
    executor: ramping-arrival-rate
    exec: read
    arrival: even
    startRate: 5
    timeUnit: 1s
    stages: [{target: 5, duration: 120s}, {target: 20, duration: 0s}, {target: 20, duration: 10s},
             {target: 5, duration: 0s}, {target: 5, duration: 170s}]
)";

Saturated first_of(const char* topology, const std::string& workload, std::optional<double> to = {}) {
  SerialExecutor here;
  SaturateRequest request;
  request.is_profile = true;
  request.depth = 1;
  request.replications = 2;
  request.to = to;
  const ModelAt model_at = [&](double) { return std::make_shared<Model>(std::move(model(topology, workload).model)); };
  return saturate(model_at, request, here).order.front();
}

// Algebra knows no whole requests: one more in line is 0.1 s of the 57.
void expect_edge(const Saturated& found, double exact) {
  constexpr double kOneRequest = 0.1 / 57;
  ASSERT_TRUE(found.at.ci);
  EXPECT_LE(found.at.ci->lo, exact * (1 + kOneRequest));
  EXPECT_GE(found.at.ci->hi, exact * (1 - kOneRequest));
  EXPECT_LT(found.at.ci->width(), 0.03);
}

// 57 s of a minute: 10 s in which 20 L - 10 a second are left over, and their service at 10 - 5 L a second:
// 10 + 10 (20 L - 10) / (10 - 5 L) = 57, so L = 570 / 435.
TEST(Profile, ASpikeBreaksWhereItsLineLastsAMinute) {
  const Saturated found = first_of(kDesk, kSpike);
  EXPECT_EQ(found.resource, "desk");
  EXPECT_EQ(found.sign, Sign::blocked);
  EXPECT_EQ(found.window_s, (Interval{120, 180}));
  expect_edge(found, 570.0 / 435);
}

// A quarter of the speed for 30 s: what is left over then is served at 10 - 5 L a second:
// 30 + 30 (5 L - 2.5) / (10 - 5 L) = 57, so L = 345 / 285.
TEST(Profile, AFaultCounts) {
  const Saturated found = first_of(kDesk, R"(
workload: w
scenarios: {s: {executor: constant-arrival-rate, exec: read, arrival: even, rate: 5/s, duration: 300s}}
faults: [{at: 120s, for: 30s, target: desk, is: slow(x4)}]
)");
  EXPECT_EQ(found.window_s, (Interval{120, 180}));
  expect_edge(found, 345.0 / 285);
}

TEST(Profile, WhatHoldsUpToTheEndOfTheAxisSaysSo) {
  const Saturated found = first_of(kDesk, kSpike, 1.2);
  EXPECT_EQ(found.limited_by, "none_up_to");
  EXPECT_EQ(found.at.value, 1.2);
}

}  // namespace
}  // namespace loadstone::test
