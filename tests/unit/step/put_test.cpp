#include <gtest/gtest.h>

#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

// A bare name is the account, and one entry is put and taken.
TEST(PutAndTake, MoveOneEntryUnlessToldOtherwise) {
  const auto m = model(
      "topology: t\nresources: {table: {kind: account}}\nflows:\n"
      "  go: {steps: [{put: table}, {put: {in: table, count: 4}}, {take: table}, {take: {from: table, count: 2}}]}\n",
      arrivals_at({{}}));
  EXPECT_EQ(run_once(m).resources[0].at_end.in_use, 2);
}

TEST(PutAndTake, NeedAnAccount) {
  EXPECT_NE(errors_of("topology: t\nresources: {s: {kind: semaphore, size: 1}}\nflows: {go: {steps: [{put: s}]}}\n",
                      arrivals_at({{}}))
                .find("which cannot be filled or emptied"),
            std::string::npos);
}

// Each batch draws its row time anew: with the mean of 1 ms a row, 100 batches of 10 rows take about 1 s.
TEST(Reap, DrawsTheRowTimeOfEachBatch) {
  const auto m = model(
      "topology: t\nresources: {table: {kind: account, initial: 1000}}\nflows:\n"
      "  go: {steps: [{reap: {from: table, batch: 10, row_time: exponential(1ms)}}]}\n",
      arrivals_at({{}}));
  const Observations o = run_once(m);
  EXPECT_NEAR(o.flows[0].latency.mean(), 1e9, 0.3e9);
  EXPECT_NE(o.flows[0].latency.max() % 1'000'000, 0);
}

}  // namespace
}  // namespace loadstone::test
