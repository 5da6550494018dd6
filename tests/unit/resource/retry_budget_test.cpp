#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// Requests that take 1 s, fail, and are tried again as long as the budget allows it; and some that go well after 1 s.
std::string budgeted(const std::string& keys, const std::string& retry = "max: 1, base: 0s") {
  return "topology: t\nresources:\n  b: {kind: retry_budget, " + keys + "}\nflows:\n" +
         flows_named({"go", "later"}, "{do: [{delay: 1s}, {fail: down}], retry: {budget: b, " + retry + "}}") +
         flows_named({"good"}, "{delay: 1s, retry: {budget: b, max: 1}}") +
         flows_named({"other"}, "{fail: mine, retry: {budget: b, max: 1, errors: [down]}}");
}

// Half of the attempts under way. When one of ten has failed nine are, and half of nine is 4; with its retry it is ten
// again. So four are allowed; then there are fewer and fewer.
TEST(RetryBudget, AllowsAShareOfWhatIsUnderWay) {
  const SeenRun seen(budgeted("budget_percent: 50, min_retry_concurrency: 0"), {{.count = 10}});
  EXPECT_EQ(seen.totals("b").granted, 4u);
  EXPECT_EQ(seen.totals("b").refused, 6u);
}

// One alone: half of nothing is nothing, three are allowed at least.
TEST(RetryBudget, AllowsThreeAtLeast) {
  const SeenRun seen(budgeted("budget_percent: 50"), {{.count = 5}});
  EXPECT_EQ(seen.totals("b").granted, 3u);
  EXPECT_EQ(seen.totals("b").refused, 2u);
}

// The pause before a retry counts: with 10 s of it the one retry is under way from 1 s to 12 s.
TEST(RetryBudget, CountsTheirPauses) {
  const SeenRun seen(budgeted("max_retries: 1", "max: 1, base: 10s"),
                     {{.count = 1}, {.flow = "later", .at = "10s"}, {.flow = "later", .at = "11s"}});
  EXPECT_EQ(seen.totals("b").granted, 2u);  // at 1 s, and at 12 s when the first has ended
  EXPECT_EQ(seen.totals("b").refused, 1u);  // at 11 s
  EXPECT_EQ(seen.used_ms("b"), 2 * 11'000);
}

// Ten first attempts at 0 put in two retries (20 %), and there are none besides. Four more at 5 s fail at 6 s: 4 / 5 of
// a retry is not one.
TEST(RetryBudget, LivesOfDeposits) {
  const SeenRun seen(budgeted("percentCanRetry: 0.2, minRetriesPerSec: 0"),
                     {{.count = 10}, {.flow = "later", .at = "5s", .count = 4}});
  EXPECT_EQ(seen.totals("b").granted, 2u);
  EXPECT_EQ(seen.totals("b").refused, 12u);
}

// Deposits are gone after ten slices of a second: those of 0 s count before 10 s. Five good ones at 0 s put in one
// retry; it is asked for at 9 s, or at 10 s. (Its own deposit is a fifth.)
TEST(RetryBudget, DepositsDoNotLast) {
  for (const auto& [at, granted] : {std::pair{"8s", 1u}, std::pair{"9s", 0u}}) {
    const SeenRun seen(budgeted("percentCanRetry: 20%, minRetriesPerSec: 0"),
                       {{.flow = "good", .count = 5}, {.at = at}});
    EXPECT_EQ(seen.totals("b").granted, granted) << at;
  }
}

// Two a second for 5 s are ten retries, whatever is put in; what was taken comes back after 5 s.
TEST(RetryBudget, HasSomeRetriesBesides) {
  const SeenRun seen(budgeted("percentCanRetry: 0.001, minRetriesPerSec: 2, ttl: 5"),
                     {{.count = 12}, {.flow = "later", .at = "5s", .count = 12}});
  EXPECT_EQ(seen.totals("b").granted, 20u);
  EXPECT_EQ(seen.totals("b").refused, 4u);
}

// Errors that are not retried take no token, successes fill up to maxTokens and not beyond: 2 is above half of 3, 1 is
// not.
TEST(RetryBudget, CountsOnlyWhatIsRetried) {
  const SeenRun seen(
      budgeted("maxTokens: 3, tokenRatio: 1"),
      {{.flow = "other", .count = 5}, {.flow = "good", .at = "1s", .count = 5}, {.at = "3s", .count = 2}});
  EXPECT_EQ(seen.totals("b").granted, 1u);
  EXPECT_EQ(seen.totals("b").refused, 1u);
}

// A retry whose client leaves gives its place back: one whole request is under a timeout of 1.5 s.
TEST(RetryBudget, ForgetsRetriesOfThoseWhoLeave) {
  const SeenRun seen("topology: t\nresources:\n  b: {kind: retry_budget, max_retries: 1}\nflows:\n" +
                         flows_named({"go"},
                                     "{do: [{do: [{delay: 1s}, {fail: down}], retry: {max: 1, base: 0s, "
                                     "budget: b}}], timeout: 1500ms}"),
                     {{.count = 1}, {.at = "1s"}});
  EXPECT_EQ(seen.failed("timeout"), 2u);
  EXPECT_EQ(seen.totals("b").granted, 2u);
  EXPECT_EQ(seen.used_ms("b"), 500 + 500);
}

TEST(RetryBudget, AllowsEverythingWhenRelieved) {
  RunSettings settings;
  settings.relieved = {"b"};
  const SeenRun seen(model(budgeted("max_retries: 0"), arrivals_at({{.count = 5}})), settings);
  EXPECT_EQ(seen.totals("b").granted, 5u);
}

}  // namespace
}  // namespace loadstone::test
