#include <gtest/gtest.h>

#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

// A bare name is the limiter; the cost is 1.
TEST(Pass, TakesOneTokenUnlessToldOtherwise) {
  const auto m = model(
      "topology: t\nresources: {gate: {kind: rate_limiter, rate: 1/s, burst: 4}}\n"
      "flows: {go: {steps: [{pass: gate}, {pass: {limiter: gate, cost: 3}}]}}\n",
      arrivals_at({{.count = 1}, {.at = "1s"}}));
  const Observations o = run_once(m);
  // the first takes 1 + 3 of 4 and passes; the second, 1 s later, finds 1: it passes the first step and not the second
  EXPECT_EQ(o.flows[0].run.completed, 1u);
  EXPECT_EQ(o.flows[0].errors[error_of(m.model, "rate_limited")], 1u);
  EXPECT_EQ(o.resources[row_of(m.model, "gate")].at_end.granted, 3u);
}

TEST(Pass, CanTakeItsCostFromTheRequest) {
  const auto m = model(
      "topology: t\npopulations: {size: {count: 10}}\nresources: {gate: {kind: rate_limiter, rate: 1/s, burst: 9}}\n"
      "flows: {go: {steps: [{pass: {limiter: gate, cost: $request.size}}]}}\n",
      arrivals_at({{.count = 2, .attributes = "size: integer(4; 4)"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].run.completed, 2u);
  EXPECT_EQ(to_double(o.resources[0].at_end.in_use_area), 8e9);
}

TEST(Pass, NeedsSomethingThatCanBePassed) {
  EXPECT_NE(errors_of("topology: t\nresources: {s: {kind: semaphore, size: 1}}\nflows: {go: {steps: [{pass: s}]}}\n",
                      arrivals_at({{}}))
                .find("which cannot be passed"),
            std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
