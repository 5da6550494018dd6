#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// A breaker, and flows that call through it: what fails, what goes well, what is slow.
std::string guarded(const std::string& keys, const std::string& more = "") {
  return "topology: t\npopulations: {tenant: {count: 9}}\nresources:\n  cb: {kind: circuit_breaker, " + keys +
         "}\nflows:\n" + flows_named({"bad", "bad2"}, "{pass: cb, do: [{fail: down}]}") +
         flows_named({"mine"}, "{pass: cb, do: [{fail: not_found}]}") +
         flows_named({"go", "a", "b", "c"}, "{pass: cb, do: [{delay: 1s}]}") + more;
}

// Half of the last four: good, bad, good, bad opens it at the fourth, 3 s; a rate below does not.
TEST(CircuitBreaker, OpensAtItsRateOfTheLastCalls) {
  const std::string keys = "slidingWindowSize: 4, minimumNumberOfCalls: 4, waitDurationInOpenState: 10s";
  const SeenRun half(guarded(keys), {{.flow = "a", .count = 2}, {.flow = "bad", .at = "2s", .count = 2}, {.at = "3s"}});
  EXPECT_EQ(half.failed("circuit_open"), 1u);
  const SeenRun third(guarded(keys + ", failureRateThreshold: 51"),
                      {{.flow = "a", .count = 2}, {.flow = "bad", .at = "2s", .count = 2}, {.at = "3s"}});
  EXPECT_EQ(third.completed(), 1u);
}

// The last three count. Good, good, good, bad, bad: two of three are 66 %, two of five 40 %.
TEST(CircuitBreaker, ForgetsWhatIsOutsideItsWindow) {
  const std::string keys = "slidingWindowSize: 3, failureRateThreshold: ";
  const SeenRun opens(guarded(keys + "60"),
                      {{.flow = "a", .count = 3}, {.flow = "bad", .at = "2s", .count = 2}, {.at = "3s"}});
  EXPECT_EQ(opens.failed("circuit_open"), 1u);
  // bad, good, good, good, bad: one of three is 33 %, two of five 40 %
  const SeenRun stays(
      guarded(keys + "40"),
      {{.flow = "bad"}, {.flow = "a", .at = "1s", .count = 3}, {.flow = "bad2", .at = "3s"}, {.at = "4s"}});
  EXPECT_EQ(stays.completed(), 1u);
  EXPECT_EQ(stays.used_ms("cb"), 0);
}

// The minimum is no more than the window: two calls decide.
TEST(CircuitBreaker, NeedsNoMoreCallsThanItsWindowHas) {
  const SeenRun seen(guarded("slidingWindowSize: 2"), {{.flow = "bad", .count = 2}, {.at = "1s"}});
  EXPECT_EQ(seen.failed("circuit_open"), 1u);
}

// A call of 1 s is slow above 900 ms and not above 1 s. The client is told at once.
TEST(CircuitBreaker, OpensForSlowCallsToo) {
  const std::string keys = "slidingWindowSize: 2, slowCallDurationThreshold: ";
  const std::vector<Arrivals> arrivals{{.flow = "a", .count = 2}, {.at = "2s"}};
  EXPECT_EQ(SeenRun(guarded(keys + "900"), arrivals).failed("circuit_open"), 1u);  // milliseconds
  EXPECT_EQ(SeenRun(guarded(keys + "1s"), arrivals).completed(), 1u);
}

// One of two probes fails: it opens again at 10 s, for 10 s more.
TEST(CircuitBreaker, OpensAgainWhereProbesFail) {
  const std::string keys =
      "slidingWindowSize: 2, waitDurationInOpenState: 10s, permittedNumberOfCallsInHalfOpenState: 2";
  const SeenRun seen(guarded(keys), {{.flow = "bad", .count = 2},
                                     {.flow = "a", .at = "10s"},  // ends at 11 s, and it is decided then
                                     {.flow = "bad2", .at = "10s"},
                                     {.flow = "b", .at = "10500ms"},  // both probes are out
                                     {.flow = "c", .at = "20999ms"},
                                     {.at = "21s", .count = 2}});
  EXPECT_EQ(seen.completed("a"), 1u);
  EXPECT_EQ(seen.failed("circuit_open", "b"), 1u);
  EXPECT_EQ(seen.failed("circuit_open", "c"), 1u);
  EXPECT_EQ(seen.completed(), 2u);
  EXPECT_EQ(seen.used_ms("cb"), 22'000);  // from 0 until the last two have ended
}

// Two calls are enough to decide, of five that may try: at 10 s it opens again, at 21 s it closes.
TEST(CircuitBreaker, DecidesByTheMinimumOfItsProbes) {
  const std::string keys =
      "minimumNumberOfCalls: 2, waitDurationInOpenState: 10s, permittedNumberOfCallsInHalfOpenState: 5";
  const SeenRun seen(guarded(keys), {{.flow = "bad", .count = 2},
                                     {.flow = "bad2", .at = "10s", .count = 2},
                                     {.flow = "a", .at = "10001ms"},
                                     {.flow = "b", .at = "20s", .count = 2}});
  EXPECT_EQ(seen.failed("down", "bad2"), 2u);
  EXPECT_EQ(seen.failed("circuit_open", "a"), 1u);
  EXPECT_EQ(seen.completed("b"), 2u);
  EXPECT_EQ(seen.used_ms("cb"), 21'000);
}

// Errors that are ignored count nowhere, neither as calls nor as failures; a probe's place is given back.
TEST(CircuitBreaker, IgnoresErrorsThatSayNothing) {
  const std::string keys =
      "slidingWindowSize: 2, waitDurationInOpenState: 10s, permittedNumberOfCallsInHalfOpenState: 1, "
      "ignoreExceptions: [not_found]";
  const SeenRun seen(guarded(keys), {{.flow = "mine", .count = 5},
                                     {.flow = "a", .at = "1s"},
                                     {.flow = "bad", .at = "3s", .count = 2},
                                     {.flow = "mine", .at = "13s"},
                                     {.at = "14s"}});
  EXPECT_EQ(seen.completed("a"), 1u);
  EXPECT_EQ(seen.failed("not_found", "mine"), 6u);
  EXPECT_EQ(seen.completed(), 1u);  // the only probe, since the one before said nothing
  EXPECT_EQ(seen.used_ms("cb"), 12'000);
}

// A probe whose client gives up says nothing: the next may try in its place. A timeout inside is a failure.
TEST(CircuitBreaker, GivesTheProbeOfOneThatLeavesToAnother) {
  const std::string keys =
      "slidingWindowSize: 2, waitDurationInOpenState: 10s, permittedNumberOfCallsInHalfOpenState: 1";
  const std::string more = flows_named({"leaves"}, "{do: [{pass: cb, do: [{delay: 5s}]}], timeout: 1s}") +
                           flows_named({"late"}, "{pass: cb, do: [{delay: 5s, timeout: 1s}]}");
  const SeenRun seen(guarded(keys, more), {{.flow = "bad", .count = 2},
                                           {.flow = "leaves", .at = "10s"},
                                           {.flow = "a", .at = "10500ms"},
                                           {.flow = "late", .at = "11s"},
                                           {.flow = "b", .at = "12s"}});
  EXPECT_EQ(seen.failed("timeout", "leaves"), 1u);
  EXPECT_EQ(seen.failed("circuit_open", "a"), 1u);
  EXPECT_EQ(seen.failed("timeout", "late"), 1u);
  EXPECT_EQ(seen.failed("circuit_open", "b"), 1u);
}

TEST(CircuitBreaker, IsOneForEachValueOfAnAttribute) {
  const SeenRun seen(guarded("slidingWindowSize: 1, per: tenant"),
                     {{.flow = "bad", .attributes = "tenant: integer(1; 1)"},
                      {.flow = "a", .at = "1s", .attributes = "tenant: integer(1; 1)"},
                      {.flow = "b", .at = "1s", .attributes = "tenant: integer(2; 2)"}});
  EXPECT_EQ(seen.failed("circuit_open", "a"), 1u);
  EXPECT_EQ(seen.completed("b"), 1u);
}

// Relieved it lets everybody pass and is never a bound.
TEST(CircuitBreaker, LetsAllPassWhenRelieved) {
  RunSettings settings;
  settings.relieved = {"cb"};
  const SeenRun seen(model(guarded("slidingWindowSize: 1"), arrivals_at({{.flow = "bad"}, {.at = "1s"}})), settings);
  EXPECT_EQ(seen.completed(), 1u);
}

}  // namespace
}  // namespace loadstone::test
