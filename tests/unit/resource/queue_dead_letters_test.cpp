// Messages that die in a queue: by age, by a limit, by their worker; and where they go then. Instants by hand.
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// Jobs of `job`, one at a time; what dies is buried, one a second. `keys` begin with a comma.
std::string mortal(const std::string& keys, const std::string& job, const std::string& worker = "",
                   const std::string& dead = "") {
  return "topology: t\npopulations: {id: {count: 9}}\nresources:\n  jobs: {kind: queue, dead-letter-exchange: dead" +
         keys + "}\n  dead: {kind: queue" + dead + "}\n  w: {kind: worker, from: jobs, flow: job, concurrency: 1" +
         worker +
         "}\n  undertaker: {kind: worker, from: dead, flow: bury, concurrency: 1}\nflows:\n  go: {steps: [{publish: "
         "jobs}]}\n  job: {steps: [" +
         job +
         "]}\n  bury: {steps: [{when: request.id == 2, mark: two}, {when: request.id == 3, mark: three}, {when: " +
         "request.id == 4, mark: four}, {when: request.id == 5, mark: five}, {delay: 1s}]}\n";
}

// Number n says so in `id`; all come at 0, in this order.
std::vector<Arrivals> numbered(int count) {
  std::vector<Arrivals> list;
  for (int i = 1; i <= count; ++i) {
    list.push_back({.attributes = "id: integer(" + std::to_string(i) + "; " + std::to_string(i) + ")"});
  }
  return list;
}

const char* const kTenSeconds = "{delay: 10s}";
const char* const kFails = "{delay: 1s}, {fail: broken}";
const char* const kDies = "{delay: 1s}, {fail: worker_lost}";

// The first is delivered; at 4 s the others die, in their order: buried from 4 and from 5 s on.
TEST(QueueDeadLetters, WhatIsTooOldGoesThere) {
  const SeenRun run(mortal(", message-ttl: 4000", kTenSeconds), numbered(3));
  EXPECT_EQ(run.completed("job"), 1u);
  EXPECT_EQ(run.completed("bury"), 2u);
  EXPECT_EQ(run.totals("jobs").timed_out, 2u);
  EXPECT_EQ(run.row("jobs").meter.wait_sum, 8000 * kNsOfMs);
  EXPECT_EQ(run.row("dead").meter.wait.max(), 1000 * kNsOfMs);
  EXPECT_EQ(run.used_ms("dead"), 2000);
  EXPECT_EQ(run.marked("jobs.expired"), 2u);
  EXPECT_EQ(run.marked("jobs.dead_lettered"), 2u);
}

// At 10 s a slot gets free. By the end of computing: the second is delivered, before the expiry of that instant, and
// the third is not. By the end of a pause: that comes after the expiry.
TEST(QueueDeadLetters, ADeliveryByACompletionOfTheInstantIsInTime) {
  const SeenRun computing(mortal(", message-ttl: 10s", "{cpu: 10s}"), numbered(3));
  EXPECT_EQ(computing.completed("job"), 2u);
  EXPECT_EQ(computing.marked("three"), 1u);
  const SeenRun waiting(mortal(", message-ttl: 10s", kTenSeconds), numbered(3));
  EXPECT_EQ(waiting.completed("job"), 1u);
  EXPECT_EQ(waiting.marked("two") + waiting.marked("three"), 2u);
}

TEST(QueueDeadLetters, ATimeToLiveOfZeroIsForWhoIsDeliveredAtOnce) {
  const SeenRun run(mortal(", message-ttl: 0", kTenSeconds), numbered(3));
  EXPECT_EQ(run.completed("job"), 1u);
  EXPECT_EQ(run.completed("bury"), 2u);
  EXPECT_EQ(run.row("jobs").meter.wait_sum, 0);
}

// Its worker dies at 1 s. With 1 s to live it is delivered once more, in the instant of its expiry; with less it is
// dead when it comes back. Then, at 2 s, it is too.
TEST(QueueDeadLetters, WhatComesBackIsAsOldAsItIs) {
  const auto tries = [](const std::string& ttl) {
    const SeenRun run(mortal(", message-ttl: " + ttl, kDies), {{}});
    EXPECT_EQ(run.marked("jobs.expired"), 1u);
    EXPECT_EQ(run.completed("bury"), 1u);
    return run.failed("worker_lost", "job");
  };
  EXPECT_EQ(tries("999999us"), 1u);
  EXPECT_EQ(tries("1s"), 2u);
}

// Deliveries at 0, 1 and 2 s; it comes back for the third time at 3 s.
TEST(QueueDeadLetters, WhatIsDeliveredTooOftenGoesThere) {
  const auto tries = [](const std::string& limit) {
    const SeenRun run(mortal(", delivery-limit: " + limit, kDies), {{}});
    EXPECT_EQ(run.completed("bury"), 1u);
    EXPECT_EQ(run.marked("jobs.over_delivery_limit"), 1u);
    return run.failed("worker_lost", "job");
  };
  EXPECT_EQ(tries("2"), 3u);
  EXPECT_EQ(tries("0"), 1u);
}

TEST(QueueDeadLetters, WithoutThemWhatIsDeliveredTooOftenIsLost) {
  const SeenRun run(
      "topology: t\nresources:\n  jobs: {kind: queue, delivery-limit: 2}\n  w: {kind: worker, from: jobs, flow: job, "
      "concurrency: 1}\nflows:\n  go: {steps: [{publish: jobs}]}\n  job: {steps: [" +
          std::string(kDies) + "]}\n",
      {{}});
  EXPECT_EQ(run.failed("worker_lost", "job"), 3u);
  EXPECT_EQ(run.marked("jobs.over_delivery_limit"), 1u);
}

// A job that fails is rejected, at 1 s; with a retry after 5 s only when that has failed too, at 7 s. One that was
// acknowledged before its job is gone.
TEST(QueueDeadLetters, WhatItsWorkerDoesNotTryAgainGoesThere) {
  const auto buried_until = [](const std::string& worker) {
    const SeenRun run(mortal("", kFails, worker), {{}, {.at = "100s"}});
    EXPECT_EQ(run.marked("jobs.dead_lettered"), run.completed("bury"));
    return std::pair(run.completed("bury"), run.failed("broken", "job"));
  };
  EXPECT_EQ(buried_until(""), std::pair(std::uint64_t{2}, std::uint64_t{2}));
  EXPECT_EQ(buried_until(", retry: {max: 1, backoff: constant, base: 5s}"),
            std::pair(std::uint64_t{2}, std::uint64_t{4}));
  EXPECT_EQ(buried_until(", retry: {max: unlimited, base: 5s}, max_tries: 3"),
            std::pair(std::uint64_t{2}, std::uint64_t{6}));
  EXPECT_EQ(buried_until(", task_acks_late: false"), std::pair(std::uint64_t{0}, std::uint64_t{2}));
}

// Two fit: 4 discards 2, and 5 discards 3.
TEST(QueueDeadLetters, WhatIsDiscardedGoesThereInItsOrder) {
  const SeenRun run(mortal(", max_length: 2", kTenSeconds), numbered(5));
  EXPECT_EQ(run.marked("two"), 1u);
  EXPECT_EQ(run.marked("three"), 1u);
  EXPECT_EQ(run.completed("bury"), 2u);
  EXPECT_EQ(run.row("dead").meter.wait.sum(), 1000 * kNsOfMs);  // 2 is buried first, at once
}

TEST(QueueDeadLetters, WhatIsRefusedGoesThereOnlyIfToldTo) {
  const SeenRun refused(mortal(", max_length: 2, overflow: reject-publish", kTenSeconds), numbered(5));
  EXPECT_EQ(refused.completed("bury"), 0u);
  const SeenRun dead(mortal(", max_length: 2, overflow: reject-publish-dlx", kTenSeconds), numbered(5));
  EXPECT_EQ(dead.marked("four") + dead.marked("five"), 2u);
  EXPECT_EQ(dead.failed("publish_rejected"), 2u);
}

// The dead letters have a limit of their own; what they discard is lost.
TEST(QueueDeadLetters, TheirQueueIsAQueue) {
  const SeenRun run(mortal(", message-ttl: 0", kTenSeconds, "", ", max_length: 1"), numbered(5));
  EXPECT_EQ(run.totals("dead").arrivals, 4u);
  EXPECT_EQ(run.totals("dead").refused, 2u);  // one is buried, one waits
  EXPECT_EQ(run.completed("bury"), 2u);
}

// A worker without a flow of its own runs what the message asks for.
TEST(QueueDeadLetters, TheirWorkerRunsItsOwnFlowOrTheMessages) {
  const SeenRun run(
      "topology: t\nresources:\n  jobs: {kind: queue, dead-letter-exchange: dead}\n  dead: {kind: queue}\n"
      "  w: {kind: worker, from: jobs, concurrency: 1}\n  again: {kind: worker, from: dead, concurrency: 1}\n"
      "flows:\n  go: {steps: [{publish: {to: jobs, flow: job}}]}\n  job: {steps: [{delay: 1s}, {fail: broken}]}\n",
      {{}});
  EXPECT_EQ(run.failed("broken", "job"), 2u);
  EXPECT_EQ(run.totals("again.slots").completed, 1u);
}

// A job fails at 1 s; its message is in `later` for 5 s and then back: jobs from 0, 6, 12 and 18 s on.
TEST(QueueDeadLetters, AQueueWithoutAWorkerIsAPauseBeforeTheNextTry) {
  RunSettings settings;
  settings.drain = false;
  const SeenRun run(
      model("topology: t\nresources:\n  jobs: {kind: queue, dead-letter-exchange: later}\n  later: {kind: "
            "queue, message-ttl: 5s, dead-letter-exchange: jobs}\n  w: {kind: worker, from: jobs, flow: "
            "job, concurrency: 1}\nflows:\n  go: {steps: [{publish: jobs}]}\n  job: {steps: [" +
                std::string(kFails) + "]}\n",
            arrivals_at({{}}, "20s")),
      settings);
  EXPECT_EQ(run.failed("broken", "job"), 4u);
  EXPECT_EQ(run.marked("later.expired"), 3u);
  EXPECT_EQ(run.used_ms("jobs"), 4000);
}

// Nobody rejects it: what has died in a queue does not come back there.
TEST(QueueDeadLetters, WhatGoesRoundWithoutAWorkerIsLost) {
  const auto arrivals = [](const std::string& dead_letters) {
    const SeenRun run(
        "topology: t\nresources:\n  jobs: {kind: queue, message-ttl: 1s, dead-letter-exchange: " + dead_letters +
            "}\n  dead: {kind: queue, message-ttl: 1s, dead-letter-exchange: jobs}\n"
            "flows:\n  go: {steps: [{publish: jobs}]}\n",
        {{}});
    return std::pair(run.totals("jobs").arrivals, run.totals("dead").arrivals);
  };
  EXPECT_EQ(arrivals("dead"), std::pair(std::uint64_t{1}, std::uint64_t{1}));
  EXPECT_EQ(arrivals("jobs"), std::pair(std::uint64_t{1}, std::uint64_t{0}));
}

// Where nobody takes the dead letters away their queue grows; that saturates nothing.
TEST(QueueDeadLetters, WhatIsOnlyKeptIsNotJudged) {
  const SeenRun run(
      "topology: t\nresources:\n  jobs: {kind: queue, message-ttl: 0, dead-letter-exchange: dead}\n  dead: {kind: "
      "queue}\nflows:\n  go: {steps: [{publish: jobs}]}\n",
      {{.count = 3}});
  EXPECT_EQ(run.totals("dead").waiting, 3);
  EXPECT_FALSE(run.loaded.model.resources[row_of(run.loaded.model, "dead")]->judged);
  EXPECT_TRUE(run.loaded.model.resources[row_of(run.loaded.model, "jobs")]->judged);
}

// Every message is done, given up by its publisher's queue or kept, under 20 seeds: each run passes the laws.
TEST(QueueDeadLetters, EveryRunConserves) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RunSettings settings;
    settings.seed = seed;
    const SeenRun run(
        model(
            "topology: t\nresources:\n  jobs: {kind: queue, max_length: 6, message-ttl: 2s, delivery-limit: 2, "
            "vm_memory_high_watermark: 100kB, dead-letter-exchange: later}\n  later: {kind: queue, max_length: 3, "
            "message-ttl: 500ms, dead-letter-exchange: jobs}\n  w: {kind: worker, from: jobs, flow: job, concurrency: "
            "2, prefetch: 3, visibility_timeout: 2, retry: {max: 1, errors: [broken], base: 100ms}}\nflows:\n"
            "  go: {steps: [{publish: {to: jobs, bytes: 10kB}}]}\n  job: {steps: [{delay: exponential(400ms)}, "
            "{choose: [{weight: 1, do: [{fail: broken}]}, {weight: 1, do: [{fail: worker_lost}]}, {weight: 4, do: "
            "[]}]}]}\n",
            "workload: w\nwarmup: 5s\nduration: 60s\nscenarios: {s: {executor: constant-arrival-rate, exec: go, "
            "arrival: poisson, rate: 5/s, duration: 60s}}\n"),
        settings);
    EXPECT_GT(run.marked("jobs.expired"), 0u);
    EXPECT_GT(run.marked("jobs.dead_lettered"), run.marked("jobs.expired"));
    EXPECT_GT(run.totals("jobs").refused, 0u);
  }
}

TEST(QueueDeadLetters, SaysWhatIsWrong) {
  const auto errors = [](const std::string& keys) {
    return errors_of("topology: t\nresources: {desk: {kind: station, service: 1s}, jobs: {kind: queue" + keys +
                         "}}\nflows: {go: {steps: [{publish: jobs}]}}\n",
                     arrivals_at({{}}));
  };
  EXPECT_NE(errors(", dead-letter-exchange: desk").find("'desk' is a station, not a queue that could get dead letters"),
            std::string::npos);
  EXPECT_NE(errors(", dead-letter-exchange: jbos").find("unknown resource 'jbos'"), std::string::npos);
  EXPECT_NE(errors(", max_length: 2, overflow: reject-publish-dlx").find("needs a 'dead-letter-exchange'"),
            std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
