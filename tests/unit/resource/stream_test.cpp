#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// A stream on a Redis with a group `g`; `go` adds entries, each of which is a job `job`.
std::string stream(const std::string& keys, const std::string& worker, const std::string& job,
                   const std::string& command_time = "0us") {
  return "topology: t\nresources:\n  redis: {kind: redis, command_time: " + command_time +
         "}\n  s: {kind: station, servers: 9}\n  events: {kind: stream, server: redis" + keys +
         "}\n  w: {kind: worker, from: events, group: g, flow: job, " + worker +
         "}\nflows:\n  go: {steps: [{publish: events}]}\n  job: {steps: [" + job + "]}\n";
}

// Commands of 1 ms. The entry is there at 1 ms, when the publisher goes on; then the group that comes first in the
// alphabet reads and acknowledges in 2 ms of the loop, and the other after it.
TEST(Stream, GivesEachEntryOnceToEveryGroup) {
  const SeenRun seen(
      "topology: t\nresources:\n  redis: {kind: redis, command_time: 1ms}\n  events: {kind: stream, server: redis}\n"
      "  mail: {kind: worker, from: events, group: mail, flow: mailing, concurrency: 1, instances: 3}\n"
      "  audit: {kind: worker, from: events, group: audit, flow: auditing, concurrency: 5}\n"
      "flows:\n  go: {steps: [{publish: events}]}\n  mailing: {steps: [{delay: 100ms}]}\n"
      "  auditing: {steps: [{delay: 200ms}]}\n",
      {{.count = 4, .every = "10s"}});
  EXPECT_EQ(seen.max_ms(), 1);
  EXPECT_EQ(seen.completed("mailing"), 4u);
  EXPECT_EQ(seen.completed("auditing"), 4u);
  EXPECT_EQ(seen.sum_ms("auditing"), 4 * 202);
  EXPECT_EQ(seen.sum_ms("mailing"), 4 * (2 + 102));
  EXPECT_EQ(seen.totals("redis.cpu").completed, 4u + 2 * 4u);  // two commands that go together are one visit
  EXPECT_EQ(seen.totals("events").in_use, 4);                  // reading takes nothing out
  EXPECT_EQ(seen.totals("events.mail").completed, 4u);
  EXPECT_EQ(seen.totals("events.audit").in_use, 0);
}

// The first entry is read at once; of the five that follow only three are kept, so the group never sees two of them.
TEST(Stream, TrimsWhatNobodyHasRead) {
  const SeenRun seen(stream(", maxlen: 3", "concurrency: 1", "delay: 10s"), {{.count = 6, .every = "1s"}});
  EXPECT_EQ(seen.completed("job"), 4u);
  EXPECT_EQ(seen.totals("events.g").refused, 2u);
  EXPECT_EQ(seen.totals("events").in_use, 3);
  EXPECT_EQ(seen.totals("events").arrivals, 6u);
}

const char* const kFailsOnce = "{delay: 1s}, {when: request.job_try == 1, fail: broken}";

// Delivered at 0, failed at 1 s, pending until somebody takes it over at 10 s, done at 11 s: unacknowledged all the
// time.
TEST(Stream, AFailedEntryIsPendingUntilItIsClaimed) {
  const SeenRun seen(stream("", "concurrency: 1, claim: {min_idle: 10s}", kFailsOnce), {{}});
  EXPECT_EQ(seen.failed("broken", "job"), 1u);
  EXPECT_EQ(seen.completed("job"), 1u);
  EXPECT_EQ(seen.used_ms("events.g"), 11'000);
  EXPECT_EQ(seen.used_ms("w.slots"), 2'000);  // the slot is free meanwhile
  EXPECT_EQ(seen.marked("w.redelivered"), 1u);
}

// Without `claim` it is pending for ever, and no job of it runs again. (It is no member of the group's line.)
TEST(Stream, NobodyClaimsByItself) {
  const SeenRun seen(stream("", "concurrency: 1", "{delay: 1s}, {fail: broken}"), {{.count = 2}});
  EXPECT_EQ(seen.failed("broken", "job"), 2u);
  EXPECT_EQ(seen.totals("events.g").in_use, 2);
}

// Looks come every 4 s from a phase below 4 s on: the first at or after 10 s is before 14 s, and not at 10 s itself.
TEST(Stream, IsClaimedAtTheNextLook) {
  const SeenRun seen(stream("", "concurrency: 1, claim: {min_idle: 10s, every: 4s}", kFailsOnce), {{}});
  const Int128 unacknowledged = seen.totals("events.g").in_use_area;
  EXPECT_GT(unacknowledged, Int128{11'000} * kNsOfMs);
  EXPECT_LT(unacknowledged, Int128{15'000} * kNsOfMs);
  const SeenRun later(stream("", "concurrency: 1, claim: {min_idle: 18s, every: 4s}", kFailsOnce), {{}});
  EXPECT_EQ(later.totals("events.g").in_use_area, unacknowledged + Int128{8'000} * kNsOfMs);
}

// A job of 15 s is idle in the eyes of others after 10 s: it is run a second time beside the first. That one is given
// up on at 20 s, as it has been tried twice.
TEST(Stream, ASlowJobIsDoneTwice) {
  const SeenRun seen(stream("", "concurrency: 2, claim: {min_idle: 10s}, max_tries: 2", "delay: 15s"), {{}});
  EXPECT_EQ(seen.completed("job"), 2u);
  EXPECT_EQ(seen.used_ms("w.slots"), 30'000);
  EXPECT_EQ(seen.marked("w.redelivered"), 1u);
  EXPECT_EQ(seen.marked("w.given_up"), 1u);
}

// A service that ends at the very instant is in time (a completion comes before an expiry); a delay is not.
TEST(Stream, AcknowledgedAtTheInstantOfItsClaim) {
  const auto redelivered = [](const std::string& job) {
    const SeenRun seen(stream("", "concurrency: 2, claim: {min_idle: 10s}, max_tries: 2", job), {{}});
    return seen.marked("w.redelivered");
  };
  EXPECT_EQ(redelivered("{visit: {station: s, service: 10s}}"), 0u);
  EXPECT_EQ(redelivered("{delay: 10s}"), 1u);
}

// Always failing: tried at 0, 10 and 20 s; at 30 s nobody takes it over any more.
TEST(Stream, IsGivenUpAfterTooManyTries) {
  const SeenRun seen(stream("", "concurrency: 1, claim: {min_idle: 10s}, max_tries: 3", "{fail: broken}"), {{}});
  EXPECT_EQ(seen.failed("broken", "job"), 3u);
  EXPECT_EQ(seen.used_ms("events.g"), 30'000);
  EXPECT_EQ(seen.marked("w.given_up"), 1u);
  EXPECT_EQ(seen.totals("events.g").in_use, 0);
}

// What comes back is ready before what came meanwhile: the first, failed at 1 s, runs again at 10 s, when the second
// (1 to 9 s) has ended and the third has waited since 5 s.
TEST(Stream, WhatComesBackIsFirst) {
  const SeenRun seen(stream("", "concurrency: 1, claim: {min_idle: 10s}",
                            "{when: request.n == 1, delay: 1s}, {when: request.n == 2, delay: 9s}, "
                            "{when: request.n == 1 and request.job_try == 1, fail: broken}, {when: request.n == 3 and "
                            "request.job_try == 1, delay: 3s}"),
                     {{.attributes = "n: integer(1; 1)"},
                      {.at = "1ms", .attributes = "n: integer(2; 2)"},
                      {.at = "5s", .attributes = "n: integer(3; 3)"}});
  // the second is delivered at 1 s and done at 10 s, when (a wake-up) the first has come back (an expiry); the third
  // starts behind the first's second second
  EXPECT_EQ(seen.row("events.g").meter.wait.max(), 6'000 * kNsOfMs);
  EXPECT_EQ(seen.completed("job"), 3u);
}

TEST(Stream, SaysWhatIsWrong) {
  const auto errors = [](const std::string& stream_keys, const std::string& worker) {
    return errors_of("topology: t\nresources:\n  redis: {kind: redis}\n  jobs: {kind: queue}\n  events: {kind: stream" +
                         stream_keys + "}\n  w: {kind: worker, flow: job, concurrency: 1, " + worker +
                         "}\nflows: {go: {steps: [{publish: events}]}, job: {steps: []}}\n",
                     arrivals_at({{}}));
  };
  const std::string on = ", server: redis";
  EXPECT_EQ(errors(on, "from: events, group: g"), "");
  EXPECT_NE(errors(on, "from: events").find("missing key 'group'"), std::string::npos);
  EXPECT_NE(errors("", "from: events, group: g").find("missing key 'server'"), std::string::npos);
  EXPECT_NE(errors(on, "from: jobs, group: g").find("'group' is for workers that read a stream"), std::string::npos);
  EXPECT_NE(errors(on, "from: events, group: g, visibility_timeout: 5").find("is taken over by 'claim'"),
            std::string::npos);
  EXPECT_NE(errors(on, "from: jobs, claim: {min_idle: 5s}").find("a queue's is 'visibility_timeout'"),
            std::string::npos);
  EXPECT_NE(errors(on, "from: jobs, max_tries: 3").find("needs something that comes back"), std::string::npos);
  EXPECT_NE(errors(on, "from: events, group: g, claim: {min_idle: 5s}, batch: {max: 3}").find("does not come back"),
            std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
