// Retries, breakers and timeouts behave as fidelity 10 says (docs/reference/fidelity.md, section overload).
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// A server that does 100 a second, and its clients: a second of patience, two retries without a pause. Once for 5 s it
// does nothing. Requests come at 80 a second, 60 s of each flow: before, while and after the outage of 10 to 15 s, and
// from 200 s on.
std::string overloaded(const std::string& desk, const std::string& budget) {
  return "topology: t\nresources:\n  web: {kind: service}\n  desk: {kind: station, service: 10ms" + desk + "}\n" +
         (budget.empty() ? "" : "  calm: {kind: retry_budget, " + budget + "}\n") + "flows:\n" +
         flows_named({"serve"}, "{visit: desk}", "service: web, ") +
         flows_named({"outage"}, "{visit: {station: desk, service: 5s}}", "service: web, ") +
         flows_named({"early", "mid", "soon", "late"}, "{call: serve, timeout: 1s, retry: {max: 2, base: 0s" +
                                                           std::string(budget.empty() ? "" : ", budget: calm") + "}}");
}

std::vector<Arrivals> around_an_outage() {
  return {{.flow = "early", .count = 720, .every = "12500us"},  // to 9 s
          {.flow = "outage", .at = "10s"},
          {.flow = "mid", .at = "9s", .count = 1680, .every = "12500us"},      // to 30 s
          {.flow = "soon", .at = "35s", .count = 12'400, .every = "12500us"},  // to 190 s
          {.flow = "late", .at = "190s", .count = 4800, .every = "12500us"}};  // to 250 s
}

// 240 attempts a second against 100: the line grows by 140 a second, and whoever is served has long gone.
TEST(FidelityOverload, Behaviour1RetriesKeepAnOverloadAliveAfterItsCause) {
  const SeenRun seen(model(overloaded("", ""), arrivals_at(around_an_outage(), "250s")));
  EXPECT_EQ(seen.completed("early"), 720u);
  EXPECT_EQ(seen.completed("soon"), 0u);
  EXPECT_EQ(seen.completed("late"), 0u);
}

// gRPC's throttling stops retries after the first failures: at 15 s some 404 are in line, which shrinks by 20 a second
// and is short of a second of work after (404 - 99) / 20 = 15.3 s.
TEST(FidelityOverload, Behaviour1ThrottledRetriesLetItRecoverInSeconds) {
  const SeenRun seen(model(overloaded("", "maxTokens: 10, tokenRatio: 0.1"), arrivals_at(around_an_outage(), "250s")));
  EXPECT_EQ(seen.completed("soon"), 12'400u);
  EXPECT_EQ(seen.completed("late"), 4800u);
}

// A budget of 20 % makes it 96 attempts a second at most: less than 100, so that it recovers, by 4 a second. What 10 s
// have saved up (160 retries) and 5 s of outage (480) are gone in (640 - 99) / 4 = 136 s, by 151 s.
TEST(FidelityOverload, Behaviour1ABudgetOfTwentyPercentLetsItRecover) {
  const SeenRun seen(
      model(overloaded("", "percentCanRetry: 20%, minRetriesPerSec: 0"), arrivals_at(around_an_outage(), "250s")));
  EXPECT_GT(seen.completed("soon"), 12'400u / 5);
  EXPECT_EQ(seen.completed("late"), 4800u);
}

// What has waited so long that it could not be done in time is dropped when its turn comes: all that is served is of
// use, 100 a second against 80 new ones, and nothing is left of the outage some seconds later.
TEST(FidelityOverload, Behaviour2DroppingWhatIsTooLateLetsItRecoverWithoutABudget) {
  const SeenRun seen(model(overloaded(", patience: 900ms", ""), arrivals_at(around_an_outage(), "250s")));
  EXPECT_EQ(seen.completed("soon"), 12'400u);
  EXPECT_EQ(seen.completed("late"), 4800u);
}

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

// 99 failures of 99 calls open nothing, the 100th does, at 990 ms. Then calls fail at once for 60 s; at 60.99 s ten may
// try, an eleventh and twelfth may not.
TEST(FidelityOverload, Behaviour4ABreakerOpensAtItsHundredthCall) {
  const std::string text = "topology: t\nresources:\n  cb: {kind: circuit_breaker}\nflows:\n" +
                           flows_named({"bad", "more"}, "{pass: cb, do: [{fail: down}]}") +
                           flows_named({"good", "shut", "probe"}, "{pass: cb, do: [{delay: 1s}]}");
  const SeenRun before(text, {{.flow = "bad", .count = 99, .every = "10ms"}});
  EXPECT_EQ(before.failed("down", "bad"), 99u);
  EXPECT_EQ(before.o.marks[0], 0u);  // it has not opened
  const SeenRun seen(text, {{.flow = "bad", .count = 100, .every = "10ms"},
                            {.flow = "shut", .at = "1s", .count = 600, .every = "99980us"},  // the last at 60.88802 s
                            {.flow = "probe", .at = "60990ms", .count = 12},
                            {.flow = "good", .at = "61990ms", .count = 1}});
  EXPECT_EQ(seen.failed("down", "bad"), 100u);
  EXPECT_EQ(seen.failed("circuit_open", "shut"), 600u);
  EXPECT_EQ(seen.flow("shut").failure.max(), 0);
  EXPECT_EQ(seen.completed("probe"), 10u);
  EXPECT_EQ(seen.failed("circuit_open", "probe"), 2u);
  EXPECT_EQ(seen.completed("good"), 1u);  // the ten went well, and ended at the instant at which it came
  EXPECT_EQ(seen.used_ms("cb"), 61'000);  // not closed from 0.99 to 61.99 s
  EXPECT_EQ(seen.text_of("circuit_open"), "CircuitBreaker 'cb' is OPEN and does not permit further calls");
}

// maxTokens 10: 9, 8, 7, 6 are above half, so that these failures are followed by a retry; the fifth leaves 5 and is
// not. A failure takes its token before it asks: after one success (5.1) a failure leaves 4.1 and is not retried; after
// twenty more (6.1) it leaves 5.1, above half, and one retry is made.
TEST(FidelityOverload, Behaviour5ThrottlingStopsRetriesAfterFiveFailures) {
  const std::string retry = ", retry: {max: 1, base: 0s, budget: b}";
  const SeenRun seen("topology: t\nresources:\n  b: {kind: retry_budget, maxTokens: 10, tokenRatio: 0.1}\nflows:\n" +
                         flows_named({"bad", "once", "again"}, "{fail: down" + retry + "}") +
                         flows_named({"good"}, "{delay: 0s" + retry + "}"),
                     {{.flow = "bad", .count = 3, .every = "1s"},
                      {.flow = "good", .at = "10s"},
                      {.flow = "once", .at = "11s"},
                      {.flow = "good", .at = "12s", .count = 20},
                      {.flow = "again", .at = "13s"}});
  EXPECT_EQ(seen.totals("b").arrivals, 3u + 1 + 1);  // asked for retries
  EXPECT_EQ(seen.totals("b").granted, 2u + 0 + 1);
  EXPECT_EQ(seen.totals("b").refused, 1u + 1 + 0);
}

// Four fail at 1 s. Three are tried again and fail at 2 s; the fourth has failed. Later there is room again.
TEST(FidelityOverload, Behaviour6ThreeRetriesAreInFlightAtMost) {
  const SeenRun seen("topology: t\nresources:\n  b: {kind: retry_budget, max_retries: 3}\nflows:\n" +
                         flows_named({"go", "later"},
                                     "{do: [{delay: 1s}, {fail: down}], "
                                     "retry: {max: 1, base: 0s, budget: b}}"),
                     {{.count = 4}, {.flow = "later", .at = "2s", .count = 3}});
  EXPECT_EQ(seen.failed("down"), 4u);
  EXPECT_EQ(whole_ms(seen.flow("go").failure.sum()), 1000 + 3 * 2000);
  EXPECT_EQ(whole_ms(seen.flow("later").failure.sum()), 3 * 2000);
  EXPECT_EQ(seen.totals("b").refused, 1u);
  EXPECT_EQ(seen.used_ms("b"), 6 * 1000);
}

}  // namespace
}  // namespace loadstone::test
