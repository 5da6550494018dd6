#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// `go`, `a`, `b`, `c` hold a permit for a second; `big`, where there are two, holds both.
std::string gate(const std::string& keys, const std::string& more = "") {
  return "topology: t\npopulations: {tenant: {count: 3}}\nresources:\n  gate: {kind: semaphore, " + keys + "}\n" +
         "flows:\n" + flows_named({"go", "a", "b", "c"}, "{hold: gate, do: [{delay: 1s}]}") +
         (keys.find("size: 1") == std::string::npos
              ? flows_named({"big"}, "{hold: {pool: gate, amount: 2}, do: [{delay: 1s}]}")
              : "") +
         more;
}

// Two at once: 1, 1, 2, 2, 3 s.
TEST(Semaphore, LetsAsManyInAsItHasPermits) {
  const SeenRun seen(gate("size: 2"), {{.count = 5}});
  EXPECT_EQ(seen.sum_ms(), 9000);
  EXPECT_EQ(seen.row("gate").capacity, 2);
  EXPECT_EQ(seen.used_ms("gate"), 5000);
  EXPECT_EQ(seen.totals("gate").waited, 3u);
}

TEST(Semaphore, NeedsASize) {
  EXPECT_NE(errors_of(gate("discipline: fifo"), arrivals_at({{}})).find("missing key 'size'"), std::string::npos);
}

// --- discipline ---------------------------------------------------------------------------------------------------

// `go` is inside until 1 s; a, b and c come at 0.1, 0.2 and 0.3 s.
std::vector<Arrivals> one_after_the_other() {
  return {{}, {.flow = "a", .at = "100ms"}, {.flow = "b", .at = "200ms"}, {.flow = "c", .at = "300ms"}};
}

TEST(Semaphore, ServesFirstComeFirstServedUnlessToldOtherwise) {
  for (const char* keys : {"size: 1", "size: 1, discipline: fifo"}) {
    const SeenRun seen(gate(keys), one_after_the_other());
    EXPECT_EQ(seen.max_ms("a"), 1900) << keys;
    EXPECT_EQ(seen.max_ms("b"), 2800) << keys;
    EXPECT_EQ(seen.max_ms("c"), 3700) << keys;
  }
}

// c at 1 s, b at 2 s, a at 3 s.
TEST(Semaphore, ServesLastComeFirstServed) {
  const SeenRun seen(gate("size: 1, discipline: lifo"), one_after_the_other());
  EXPECT_EQ(seen.max_ms("c"), 1700);
  EXPECT_EQ(seen.max_ms("b"), 2800);
  EXPECT_EQ(seen.max_ms("a"), 3900);
}

// Ranks 2, 1, 1: b before c, both before a.
TEST(Semaphore, ServesTheSmallestPriorityFirstAndEqualsAsTheyCame) {
  const std::string text =
      "topology: t\nresources: {gate: {kind: semaphore, size: 1, discipline: priority}}\nflows:\n" +
      flows_named({"go"}, "{hold: gate, do: [{delay: 1s}]}") +
      flows_named({"a"}, "{hold: {pool: gate, priority: 2}, do: [{delay: 1s}]}") +
      flows_named({"b", "c"}, "{hold: {pool: gate, priority: 1}, do: [{delay: 1s}]}");
  const SeenRun seen(text, one_after_the_other());
  EXPECT_EQ(seen.max_ms("b"), 1800);
  EXPECT_EQ(seen.max_ms("c"), 2700);
  EXPECT_EQ(seen.max_ms("a"), 3900);
}

// Whoever it is: three waiters are let in at 1, 2 and 3 s; with 300 of them some pass by others.
TEST(Semaphore, PicksAnyoneWhenRandom) {
  const SeenRun three(gate("size: 1, discipline: random"), {{.count = 4}});
  EXPECT_EQ(three.sum_ms(), 10'000);
  const SeenRun many(gate("size: 1, discipline: random"), {{.count = 1}, {.flow = "a"}, {.flow = "go", .count = 298}});
  EXPECT_EQ(many.sum_ms() + many.sum_ms("a"), 300 * 301 / 2 * 1000);
  EXPECT_NE(many.max_ms("a"), 2000);
}

// --- amount -------------------------------------------------------------------------------------------------------

// One of two permits is taken until 1 s: `big` waits for both and keeps c, who would fit, behind it.
TEST(Semaphore, LetsNoSmallRequestOvertakeALargeOne) {
  const SeenRun seen(gate("size: 2"), {{.flow = "a"}, {.flow = "big", .at = "100ms"}, {.flow = "c", .at = "200ms"}});
  EXPECT_EQ(seen.max_ms("a"), 1000);
  EXPECT_EQ(seen.max_ms("big"), 1900);
  EXPECT_EQ(seen.max_ms("c"), 2800);
  EXPECT_EQ(seen.used_ms("gate"), 1000 + 2 * 1000 + 1000);
}

// `big` gives up at 600 ms; c, who fits, goes in at that instant.
TEST(Semaphore, LetsTheNextInWhenALargeRequestGivesUp) {
  const SeenRun seen(gate("size: 2, timeout: 500ms"),
                     {{.flow = "a"}, {.flow = "big", .at = "100ms"}, {.flow = "c", .at = "200ms"}});
  EXPECT_EQ(seen.failed("semaphore_timeout", "big"), 1u);
  EXPECT_EQ(seen.max_ms("c"), 1400);
}

// What can never be granted is an error of the file, not a request that waits for ever.
TEST(Semaphore, RefusesAnAmountAboveItsSize) {
  const auto errors = [](const std::string& resource) {
    return errors_of("topology: t\nresources: {it: {" + resource +
                         "}}\nflows: {go: {steps: [{hold: {pool: it, amount: 2}, do: [{delay: 1s}]}]}}\n",
                     arrivals_at({{}}));
  };
  EXPECT_NE(errors("kind: semaphore, size: 1").find("takes 2 of 'it', which has 1"), std::string::npos);
  EXPECT_NE(errors("kind: station, servers: 1, service: 1s").find("takes 2 of 'it', which has 1"), std::string::npos);
  EXPECT_EQ(errors("kind: semaphore, size: 2"), "");
}

// --- timeout ------------------------------------------------------------------------------------------------------

TEST(Semaphore, FailsWhoWaitsTooLong) {
  const SeenRun seen(gate("size: 1, timeout: 700ms"), {{.flow = "a"}, {.flow = "b", .at = "100ms"}});
  EXPECT_EQ(seen.failed("semaphore_timeout", "b"), 1u);
  EXPECT_EQ(seen.failed_after_ms("b"), 700);
  EXPECT_EQ(seen.totals("gate").timed_out, 1u);
  EXPECT_EQ(seen.row("gate").meter.wait.max(), 0);  // only of those who got in
  EXPECT_EQ(whole_ms(seen.row("gate").meter.wait_sum), 700);
}

TEST(Semaphore, NeverWaitsWithATimeoutOfZero) {
  const SeenRun seen(gate("size: 1, timeout: 0s"), {{.flow = "a"}, {.flow = "b"}, {.flow = "c", .at = "1s"}});
  EXPECT_EQ(seen.failed("semaphore_timeout", "b"), 1u);
  EXPECT_EQ(seen.failed_after_ms("b"), 0);
  EXPECT_EQ(seen.completed("c"), 1u);  // a has gone: its delay ends before the arrivals of that instant
}

// The permit comes back at 1 s, when b has waited just as long as it may. A delay ends in `wake`, after `expire`; the
// end of a visit comes in `release`, before it.
TEST(Semaphore, GivesAPermitOfTheSameInstantToAWaiterOnlyIfItComesBeforeTheExpiry) {
  const auto with = [](const std::string& work) {
    return SeenRun(
        "topology: t\nresources:\n  gate: {kind: semaphore, size: 1, timeout: 1s}\n"
        "  desk: {kind: station, service: 1s}\nflows:\n" +
            flows_named({"a"}, "{hold: gate, do: [" + work + "]}") +
            flows_named({"b"}, "{hold: gate, do: [{delay: 1s}]}"),
        {{.flow = "a"}, {.flow = "b"}});
  };
  EXPECT_EQ(with("{delay: 1s}").failed("semaphore_timeout", "b"), 1u);
  EXPECT_EQ(with("{visit: desk}").max_ms("b"), 2000);
}

// b gives up at 1 s, at which c arrives: b is out of the line before.
TEST(Semaphore, TakesAnExpiredWaiterOutOfTheLineBeforeAnArrival) {
  const SeenRun seen(gate("size: 1, timeout: 900ms"),
                     {{.flow = "a"}, {.flow = "b", .at = "50ms"}, {.flow = "c", .at = "950ms"}});
  EXPECT_EQ(seen.failed("semaphore_timeout", "b"), 1u);
  EXPECT_EQ(seen.max_ms("c"), 1050);
  EXPECT_EQ(whole_ms(seen.totals("gate").blocked_time), 900 + 50);
}

// --- acquire and release ------------------------------------------------------------------------------------------

// b takes its permit of `inner` before it leaves `outer`, which a second one may then enter.
TEST(Semaphore, CanBeTakenBeforeAnotherIsLeft) {
  const SeenRun seen(
      "topology: t\nresources:\n  outer: {kind: semaphore, size: 1}\n  inner: {kind: semaphore, size: 1}\nflows:\n" +
          flows_named({"a", "b"},
                      "{acquire: outer}, {delay: 1s}, {acquire: inner}, {release: outer}, {delay: 3s}, {release: "
                      "inner}"),
      {{.flow = "a"}, {.flow = "b"}});
  EXPECT_EQ(seen.max_ms("a"), 4000);
  EXPECT_EQ(seen.max_ms("b"), 7000);              // outer from 1 s, inner from 4 s
  EXPECT_EQ(seen.used_ms("outer"), 1000 + 3000);  // b keeps it while it waits
  EXPECT_EQ(seen.row("outer").meter.breakdown.total(), seen.row("outer").meter.hold_sum);
}

TEST(Semaphore, GetsBackWhatARequestHoldsAtItsEnd) {
  const SeenRun seen("topology: t\nresources: {gate: {kind: semaphore, size: 2}}\nflows:\n" +
                         flows_named({"go"}, "{acquire: {pool: gate, amount: 2}}, {delay: 1s}"),
                     {{.count = 3}});
  EXPECT_EQ(seen.sum_ms(), 6000);
  EXPECT_EQ(seen.totals("gate").in_use, 0);
}

TEST(Semaphore, GetsBackWhatAFailedRequestHeld) {
  const SeenRun seen("topology: t\nresources: {gate: {kind: semaphore, size: 1}}\nflows:\n" +
                         flows_named({"a"}, "{hold: gate, do: [{delay: 1s}, {fail: oops}, {delay: 9s}]}") +
                         flows_named({"b"}, "{hold: gate, do: [{delay: 1s}]}"),
                     {{.flow = "a"}, {.flow = "b"}});
  EXPECT_EQ(seen.failed("oops", "a"), 1u);
  EXPECT_EQ(seen.max_ms("b"), 2000);
}

// --- in, per ------------------------------------------------------------------------------------------------------

TEST(Semaphore, IsOneForEachValueOfItsAttribute) {
  const SeenRun seen(gate("size: 1, per: tenant"), {{.count = 2, .attributes = "tenant: integer(1; 1)"},
                                                    {.count = 1, .attributes = "tenant: integer(2; 2)"}});
  EXPECT_EQ(seen.sum_ms(), 1000 + 2000 + 1000);
  EXPECT_EQ(seen.row("gate").members, 2u);  // those that somebody asked for
}

// Two processes, a permit in each: the four take turns.
TEST(Semaphore, IsOneInEachProcessOfItsService) {
  const SeenRun seen(
      "topology: t\nresources:\n  web: {kind: service, workers: 2}\n  gate: {kind: semaphore, size: 1, in: web}\n"
      "flows:\n" +
          flows_named({"go"}, "{hold: gate, do: [{delay: 1s}]}", "service: web, "),
      {{.count = 4}});
  EXPECT_EQ(seen.sum_ms(), 1000 + 1000 + 2000 + 2000);
}

// Each of two requests holds the one and wants the other: nothing could ever end it.
TEST(Semaphore, EndsTheRunWhenHoldersWaitForEachOther) {
  const auto m = model(
      "topology: t\nresources:\n  x: {kind: semaphore, size: 1}\n  y: {kind: semaphore, size: 1}\n"
      "flows:\n" +
          flows_named({"a"}, "{hold: x, do: [{delay: 1s}, {hold: y, do: []}]}") +
          flows_named({"b"}, "{hold: y, do: [{delay: 1s}, {hold: x, do: []}]}"),
      arrivals_at({{.flow = "a"}, {.flow = "b"}}));
  const Observations o = run_once(m);
  EXPECT_NE(o.stopped.find("deadlock"), std::string::npos) << o.stopped;
  EXPECT_NE(o.stopped.find("'x'"), std::string::npos) << o.stopped;
}

}  // namespace
}  // namespace loadstone::test
