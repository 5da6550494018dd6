#include <gtest/gtest.h>

#include "tests/support/conserved.hpp"
#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kMs = 1'000'000;

load::Loaded flow(const std::string& steps, const std::vector<Arrivals>& arrivals = {{}}) {
  return model(
      "topology: t\npopulations: {thread: {count: 9}}\nresources:\n  redis: {kind: redis, command_time: 1ms}\n"
      "  mutex: {kind: redis_lock, server: redis}\n  other: {kind: redis_lock, server: redis, per: thread}\n"
      "flows: {go: {steps: [" +
          steps + "]}}\n",
      arrivals_at(arrivals));
}

const FlowStats& go(const load::Loaded& loaded, const Observations& o) {
  return o.flows[flow_of(loaded.model, "go")];
}

// A command to take it, the work, a command to give it back.
TEST(LockStep, HoldsTheLockRoundItsSteps) {
  const auto m = flow("{lock: mutex, do: [{delay: 10ms}]}, {delay: 5ms}");
  const Observations o = run_once(m);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
  EXPECT_EQ(go(m, o).latency.max(), (1 + 10 + 1 + 5) * kMs);
  EXPECT_EQ(o.resources[row_of(m.model, "mutex")].meter.hold.max(), 11 * kMs);
}

TEST(LockStep, MayBeWrittenAsAMapping) {
  const auto m = flow("{lock: {lock: mutex}, do: [{delay: 10ms}]}");
  EXPECT_EQ(go(m, run_once(m)).latency.max(), 12 * kMs);
}

TEST(LockStep, LocksNest) {
  const auto m = flow("{lock: mutex, do: [{lock: other, do: [{delay: 10ms}]}]}");
  const Observations o = run_once(m);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
  EXPECT_EQ(go(m, o).latency.max(), 14 * kMs);
  EXPECT_EQ(o.resources[row_of(m.model, "other")].meter.hold.max(), 11 * kMs);
  EXPECT_EQ(o.resources[row_of(m.model, "mutex")].meter.hold.max(), 13 * kMs);
}

// What fails under the lock gives it back at once; another attempt takes it again.
TEST(LockStep, AFailureInsideGivesItBack) {
  const auto m = flow("{lock: mutex, do: [{delay: 10ms}, {fail: broken}]}", {{}, {.at = "50ms"}});
  const Observations o = run_once(m);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
  EXPECT_EQ(go(m, o).errors[error_of(m.model, "broken")], 2u);
  EXPECT_EQ(o.resources[row_of(m.model, "mutex")].at_end.waited, 0u);
  EXPECT_EQ(o.resources[row_of(m.model, "mutex")].meter.hold.max(), 10 * kMs);
}

TEST(LockStep, ARetryOfItTakesItAgain) {
  const auto m =
      flow("{lock: mutex, do: [{delay: 10ms}, {fail: broken}], retry: {max: 2, base: 1s, backoff: constant}}");
  const Observations o = run_once(m);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
  EXPECT_EQ(o.resources[row_of(m.model, "mutex")].at_end.granted, 3u);
  EXPECT_EQ(go(m, o).failure.max(), (3 * 11 + 2000) * kMs);
}

TEST(LockStep, SaysWhatIsWrong) {
  const auto errors = [](const std::string& step) {
    return errors_of(
        "topology: t\nresources: {redis: {kind: redis}, mutex: {kind: redis_lock, server: redis}}\n"
        "flows: {go: {steps: [" +
            step + "]}}\n",
        arrivals_at({{}}));
  };
  EXPECT_NE(errors("{lock: mutex}").find("missing key 'do'"), std::string::npos);
  EXPECT_NE(errors("{lock: redis, do: []}").find("'redis' is a redis, which cannot be locked"), std::string::npos);
  EXPECT_NE(errors("{lock: mutex, do: [{goto: go}]}").find("'goto' may only be the last thing"), std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
