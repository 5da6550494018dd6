#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/conserved.hpp"
#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMillisecond = 1'000'000;

// A queue with one worker; `go` publishes `count` messages for the flow `job` at once.
std::string topology(const std::string& worker, const std::string& job, int count = 1, const std::string& rest = "") {
  return "topology: t\nhosts: {box: {cores: 4}}\nresources:\n  jobs: {kind: queue}\n  w: {kind: worker, from: jobs, "
         "flow: job, " +
         worker + "}\n" + rest + "flows:\n  go: {steps: [{repeat: " + std::to_string(count) +
         ", do: [{publish: jobs}]}]}\n  job: {steps: [" + job + "]}\n";
}

const ResourceObservations& row(const load::Loaded& m, const Observations& o, std::string_view name) {
  return o.resources[row_of(m.model, name)];
}
const FlowStats& flow(const load::Loaded& m, const Observations& o, std::string_view name) {
  return o.flows[flow_of(m.model, name)];
}

// Two slots, jobs of 2 s, five messages at 0: they start at 0, 0, 2, 2, 4.
TEST(Worker, RunsAsManyJobsAtOnceAsItHasSlots) {
  const auto m = model(topology("concurrency: 2", "delay: 2s", 5), arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "jobs").meter.wait.sum(), (2 + 2 + 4) * kSecond);
  EXPECT_EQ(flow(m, o, "job").latency.sum(), 10 * kSecond);
  EXPECT_EQ(row(m, o, "w.slots").at_end.in_use_area, Int128{10} * kSecond);
  EXPECT_EQ(row(m, o, "w.slots").capacity, 2);
  EXPECT_EQ(row(m, o, "jobs").capacity, 2);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// A message that comes at the instant of a completion queues behind the one that waits: 0, 2 and 4 s, not 0, 4 and 2.
TEST(Worker, TakesTheHeadBeforeAnArrivalOfTheSameInstant) {
  const auto m = model(topology("concurrency: 1", "delay: 2s"), arrivals_at({{.count = 2}, {.at = "2s"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "jobs").meter.wait.sum(), (0 + 2 + 2) * kSecond);
  EXPECT_EQ(row(m, o, "jobs").meter.wait.max(), 2 * kSecond);
}

// Instances take turns: each of two runs two of four jobs, so that both have a semaphore of their own.
TEST(Worker, PushesToItsInstancesInTurn) {
  const auto m = model(topology("concurrency: 4, instances: 2", "{hold: own, do: [{delay: 3s}]}", 4,
                                "  own: {kind: semaphore, size: 2, in: w}\n"),
                       arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "own").members, 2u);
  EXPECT_EQ(row(m, o, "own").at_end.waiting_area, 0);
  EXPECT_EQ(row(m, o, "w.slots").members, 2u);
}

TEST(Worker, SharesItsQueueWithOtherWorkers) {
  const auto m = model(
      "topology: t\nresources:\n  jobs: {kind: queue}\n"
      "  a: {kind: worker, from: jobs, flow: job, concurrency: 1}\n"
      "  b: {kind: worker, from: jobs, flow: job, concurrency: 2}\n"
      "flows: {go: {steps: [{repeat: 6, do: [{publish: jobs}]}]}, job: {steps: [{delay: 1s}]}}\n",
      arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "jobs").capacity, 3);
  EXPECT_EQ(row(m, o, "jobs").meter.wait.max(), 1 * kSecond);
  EXPECT_EQ(row(m, o, "a.slots").at_end.granted, 2u);
  EXPECT_EQ(row(m, o, "b.slots").at_end.granted, 4u);
}

// --- prefetch -----------------------------------------------------------------------------------------------------

// Fidelity 5.6.5 with one process: A and B hold up to 16 unacknowledged messages each. The first of 32 takes A for 600
// s: A's other 15 wait behind it, though B is idle from 16 s on.
TEST(Worker, LetsMessagesWaitBehindALongJobWhenItPrefetches) {
  const auto m = model(
      "topology: t\nresources:\n  jobs: {kind: queue}\n"
      "  w: {kind: worker, from: jobs, instances: 2, concurrency: 1, prefetch: 16}\n"
      "flows:\n"
      "  go:\n    steps:\n      - publish: {to: jobs, flow: long}\n"
      "      - {repeat: 31, do: [{publish: {to: jobs, flow: short}}]}\n"
      "  long: {steps: [{delay: 600s}]}\n  short: {steps: [{delay: 1s}]}\n",
      arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  const std::int64_t behind_a = 15 * 600 + 14 * 15 / 2;  // 600, 601, ... 614 s
  const std::int64_t behind_b = 15 * 16 / 2;             // 1, 2, ... 15 s
  EXPECT_EQ(row(m, o, "w.slots").meter.wait.sum(), (behind_a + behind_b) * kSecond);
  EXPECT_EQ(row(m, o, "w.slots").meter.wait_sum, (behind_a + behind_b) * kSecond);
  EXPECT_EQ(row(m, o, "jobs").meter.wait.max(), 0);  // all delivered at 0
  EXPECT_EQ(row(m, o, "jobs").capacity, 32);
  EXPECT_EQ(row(m, o, "jobs").meter.hold.max(), 615 * kSecond);
  // of the time that messages were unacknowledged, what they waited for the worker is a row of its own
  const Breakdown& rows = row(m, o, "jobs").meter.breakdown;
  EXPECT_EQ(rows.total(), row(m, o, "jobs").meter.hold_sum);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// The same without prefetch: B does the other 31 by 31 s.
TEST(Worker, LeavesMessagesInTheQueueOtherwise) {
  const auto m = model(
      "topology: t\nresources:\n  jobs: {kind: queue}\n"
      "  w: {kind: worker, from: jobs, instances: 2, concurrency: 1}\n"
      "flows:\n"
      "  go:\n    steps:\n      - publish: {to: jobs, flow: long}\n"
      "      - {repeat: 31, do: [{publish: {to: jobs, flow: short}}]}\n"
      "  long: {steps: [{delay: 600s}]}\n  short: {steps: [{delay: 1s}]}\n",
      arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "jobs").meter.wait.max(), 30 * kSecond);
  EXPECT_EQ(row(m, o, "w.slots").meter.wait.max(), 0);
}

// prefetch 1 with 4 slots: only one message is unacknowledged at a time, so only one job runs.
TEST(Worker, RunsNoMoreJobsThanItMayHoldMessages) {
  const auto m = model(topology("concurrency: 4, prefetch: 1", "delay: 1s", 4), arrivals_at({{.count = 1}}));
  EXPECT_EQ(row(m, run_once(m), "jobs").meter.wait.max(), 3 * kSecond);
}

// prefetch 0: the first instance asked takes everything that comes while it has no limit; both take turns.
TEST(Worker, HoldsAnyNumberOfMessagesWithPrefetchZero) {
  const auto m =
      model(topology("concurrency: 1, prefetch: 0, instances: 2", "delay: 1s", 100), arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "jobs").meter.wait.max(), 0);
  EXPECT_EQ(row(m, o, "w.slots").meter.wait.max(), 49 * kSecond);
}

// --- poll ---------------------------------------------------------------------------------------------------------

// Fidelity 5.6.1: 10 slots, jobs of 0.6 s, saturated. A slot is taken again at the first poll after its job has ended:
// with poll 0.5 s after 1.0 s, with poll 0.05 s after 0.65 s (a slot that gets free at a poll's very instant is too
// late). So from the first poll at t0 on, 10 jobs end at t0 + 0.6 + k x period.
TEST(Worker, LeavesAFreeSlotEmptyUntilTheNextPoll) {
  const auto completed = [](const std::string& poll, std::int64_t period) {
    const auto m =
        model(topology("concurrency: 10, poll: " + poll, "delay: 600ms", 4000), arrivals_at({{.count = 1}}, "200s"));
    RunSettings settings;
    settings.drain = false;
    const Observations o = run_once(m, settings);
    EXPECT_TRUE(conserved(m.model, o));
    const std::int64_t first = row(m, o, "jobs").meter.wait.min();
    const std::int64_t rounds = (200 * kSecond - 600 * kMillisecond - first) / period + 1;
    EXPECT_EQ(flow(m, o, "job").run.completed, static_cast<std::uint64_t>(10 * rounds)) << poll;
    return static_cast<double>(flow(m, o, "job").run.completed) / 200;
  };
  EXPECT_NEAR(completed("500ms", 1000 * kMillisecond), 10, 0.1);
  EXPECT_NEAR(completed("50ms", 650 * kMillisecond), 10 / 0.65, 0.1);  // 15.4 a second, not 16.7
}

// 15 instances of 10 slots, jobs of 60 s, a deep queue: a poll sees the first `poll_batch` entries, and running jobs
// are entries (fidelity 5.6.6).
TEST(Worker, RunsNoMoreJobsThanOnePollSees) {
  const auto most = [](const std::string& poll_batch) {
    const auto m = model(topology("instances: 15, concurrency: 10, poll: 500ms" + poll_batch, "delay: 60s", 1000),
                         arrivals_at({{.count = 1}}, "400s"));
    RunSettings settings;
    settings.drain = false;
    const Observations o = run_once(m, settings);
    std::int64_t running = 0;
    for (const Totals& edge : row(m, o, "jobs").meter.at_edge) {
      running = std::max(running, edge.in_use);
    }
    return running;
  };
  EXPECT_EQ(most(""), 100);
  EXPECT_EQ(most(", poll_batch: 500"), 150);
}

// Two messages, 3 slots: both are picked by the first poll, whose phase is in (0, poll); the phases of replications
// differ.
TEST(Worker, PollsAtAPhaseThatDependsOnItsName) {
  const auto m = model(topology("concurrency: 3, poll: 500ms", "delay: 1s", 2), arrivals_at({{.count = 1}}));
  const auto phase = [&](std::uint64_t replication) {
    RunSettings settings;
    settings.replication = replication;
    const Observations o = run_once(m, settings);
    EXPECT_EQ(row(m, o, "jobs").meter.wait.min(), row(m, o, "jobs").meter.wait.max());
    EXPECT_LT(row(m, o, "jobs").meter.wait.max(), 500 * kMillisecond);
    return row(m, o, "jobs").meter.wait.max();
  };
  EXPECT_NE(phase(0), phase(1));
  EXPECT_EQ(phase(0), phase(0));
}

// --- batches ------------------------------------------------------------------------------------------------------

const char* const kCountPairs = "{when: request.batch_size == 2, mark: pair}, {delay: 5s}";

// Messages at 0 and 1 s, at most 3, timeout 2 s: one job of two at 2 s. The one that comes at 2 s (an arrival, after
// the expiry) is too late: it waits for the slot until 7 s, when it has waited its 2 s.
TEST(Worker, StartsABatchWhenItsOldestMessageHasWaitedLongEnough) {
  const auto m = model(topology("concurrency: 1, batch: {max: 3, timeout: 2s}", kCountPairs),
                       arrivals_at({{.count = 1}, {.at = "1s"}, {.at = "2s"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.marks, std::vector<std::uint64_t>{1});
  EXPECT_EQ(row(m, o, "jobs").meter.wait.sum(), (2 + 1 + 5) * kSecond);
  EXPECT_EQ(flow(m, o, "job").run.completed, 2u);
  EXPECT_EQ(row(m, o, "jobs").at_end.in_use_area, Int128{2 * 5 + 5} * kSecond);
  EXPECT_EQ(row(m, o, "w.slots").at_end.in_use_area, Int128{5 + 5} * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// The third message completes the batch at once; the fourth waits 2 s after the slot got free? No: it came at 0, so at
// 5 s it has waited long enough.
TEST(Worker, StartsAFullBatchAtOnce) {
  const auto m =
      model(topology("concurrency: 1, batch: {max: 3, timeout: 2s}", kCountPairs, 4), arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "jobs").meter.wait.sum(), 5 * kSecond);
  EXPECT_EQ(row(m, o, "w.slots").at_end.granted, 2u);
}

// Without timeout a free slot takes what is there: 1, then the 3 that came meanwhile.
TEST(Worker, TakesWhatIsReadyWithoutTimeout) {
  const auto m = model(topology("concurrency: 1, batch: {max: 8}", "delay: 5s", 4), arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "jobs").meter.wait.sum(), 3 * 5 * kSecond);
  EXPECT_EQ(row(m, o, "w.slots").at_end.granted, 2u);
}

// Two instances wait for the same two messages; the first in turn takes both, the other waits for the next pair.
TEST(Worker, FormsEachBatchOnce) {
  const auto m = model(topology("concurrency: 1, instances: 2, batch: {max: 5, timeout: 2s}", kCountPairs, 2),
                       arrivals_at({{.count = 1}, {.at = "3s"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.marks, std::vector<std::uint64_t>{2});
  EXPECT_EQ(row(m, o, "jobs").meter.wait.sum(), 4 * 2 * kSecond);
}

TEST(Worker, PollsForBatches) {
  const auto m =
      model(topology("concurrency: 2, poll: 1s, batch: {max: 3}", "delay: 100ms", 7), arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  const std::int64_t first = row(m, o, "jobs").meter.wait.min();
  EXPECT_EQ(row(m, o, "jobs").meter.wait.sum(), 6 * first + (first + kSecond));  // 3 + 3, and 1 a poll later
  EXPECT_EQ(row(m, o, "w.slots").at_end.granted, 3u);
}

// --- jobs ---------------------------------------------------------------------------------------------------------

// A job of 10 s that may take 3 s fails at 3 s and gives its slot to the next; it is acknowledged all the same.
TEST(Worker, EndsAJobThatTakesTooLong) {
  const auto m = model(topology("concurrency: 1, job_timeout: 3", "delay: 10s", 2), arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(flow(m, o, "job").errors[error_of(m.model, "job_timeout")], 2u);
  EXPECT_EQ(flow(m, o, "job").failure.max(), 3 * kSecond);
  EXPECT_EQ(row(m, o, "jobs").meter.wait.max(), 3 * kSecond);
  EXPECT_EQ(row(m, o, "jobs").at_end.completed, 2u);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// At the very instant of its timeout a job that is served has ended: completions come before expiries.
TEST(Worker, LetsAJobEndAtTheInstantOfItsTimeout) {
  const auto m = model(
      topology("concurrency: 1, job_timeout: 3s", "{visit: {station: s, service: 3s}}", 1, "  s: {kind: station}\n"),
      arrivals_at({{.count = 1}}));
  EXPECT_EQ(flow(m, run_once(m), "job").run.completed, 1u);
}

// The work goes on at the server without its job: the station is busy until 10 s, the slot free at 3 s.
TEST(Worker, LeavesWorkAtAServerRunningWhenTheJobTimesOut) {
  const auto m = model(
      topology("concurrency: 1, job_timeout: 3s", "{visit: {station: s, service: 10s}}", 1, "  s: {kind: station}\n"),
      arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "w.slots").at_end.in_use_area, Int128{3} * kSecond);
  EXPECT_EQ(row(m, o, "s").at_end.in_use_area, Int128{10} * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

TEST(Worker, AcknowledgesAJobThatFails) {
  const auto m = model(topology("concurrency: 1", "{delay: 1s}, {fail: broken}", 2), arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(flow(m, o, "job").run.failed, 2u);
  EXPECT_EQ(row(m, o, "jobs").at_end.completed, 2u);
  EXPECT_EQ(row(m, o, "w.slots").at_end.in_use, 0);
}

// What a job takes and does not give back ends with it.
TEST(Worker, GivesBackWhatAJobStillHolds) {
  const auto m =
      model(topology("concurrency: 1", "{acquire: lamp}, {delay: 1s}", 2, "  lamp: {kind: semaphore, size: 1}\n"),
            arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(flow(m, o, "job").run.completed, 2u);
  EXPECT_EQ(row(m, o, "lamp").at_end.in_use, 0);
}

// An event loop runs one job's CPU at a time (1 s, then 2 s); processes run on cores of their own.
TEST(Worker, SharesOneEventLoopOrGivesEachJobAProcess) {
  const auto latest = [](const std::string& keys) {
    const auto m = model(topology("concurrency: 2, host: box, " + keys, "cpu: 1s", 2), arrivals_at({{.count = 1}}));
    const Observations o = run_once(m);
    EXPECT_EQ(row(m, o, "box.cpu").at_end.in_use_area, Int128{2} * kSecond);
    return flow(m, o, "job").latency.max();
  };
  EXPECT_EQ(latest("runtime: async"), 2 * kSecond);
  EXPECT_EQ(latest("runtime: processes"), 1 * kSecond);
  EXPECT_EQ(latest("runtime: async, instances: 2"), 1 * kSecond);
}

TEST(Worker, RunsFlowsOfAServiceThere) {
  const auto m = model(
      "topology: t\nhosts: {box: {cores: 1}}\nresources:\n  api: {kind: service, host: box}\n"
      "  jobs: {kind: queue}\n  w: {kind: worker, from: jobs, flow: job, concurrency: 1}\n"
      "flows: {go: {steps: [{publish: jobs}]}, job: {service: api, steps: [{cpu: 1s}]}}\n",
      arrivals_at({{.count = 2}}));
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "api.loop").at_end.granted, 2u);
  EXPECT_EQ(row(m, o, "w.loop").at_end.granted, 0u);
}

// The same messages draw the same service times whatever the number of slots.
TEST(Worker, DrawsForAMessageNotForASlot) {
  const auto served = [](const std::string& slots) {
    const auto m = model(topology("concurrency: " + slots, "delay: exponential(1s)"),
                         arrivals_at({{.count = 1}, {.at = "1s", .count = 50, .attributes = "", .every = "100ms"}}));
    const Observations o = run_once(m);
    return std::pair(row(m, o, "w.slots").meter.hold_sum, row(m, o, "jobs").meter.wait_sum);
  };
  EXPECT_EQ(served("1").first, served("7").first);
  EXPECT_GT(served("1").second, served("7").second);
}

TEST(Worker, SaysWhatIsWrong) {
  const std::string workload = arrivals_at({{.count = 1}});
  const auto says = [&](const std::string& worker, const std::string& message) {
    return errors_of(topology(worker, "delay: 1s"), workload).find(message) != std::string::npos;
  };
  EXPECT_TRUE(says("concurrency: 1, poll: 1s, prefetch: 2", "'prefetch' is for workers that are pushed messages"));
  EXPECT_TRUE(says("concurrency: 1, poll_batch: 2", "'poll_batch' needs 'poll'"));
  EXPECT_TRUE(says("concurrency: 1, batch: {max: 2}, prefetch: 2", "exclude each other"));
  EXPECT_TRUE(says("concurrency: 1, poll: 1s, batch: {max: 2, timeout: 1s}", "takes what is ready"));
  EXPECT_TRUE(says("poll: 1s", "missing key 'concurrency'"));
  EXPECT_NE(errors_of("topology: t\nresources: {s: {kind: station}, w: {kind: worker, from: s, concurrency: 1}}\n"
                      "flows: {go: {steps: [{delay: 1s}]}}\n",
                      workload)
                .find("'s' is a station, not a queue"),
            std::string::npos);
  EXPECT_NE(errors_of("topology: t\nresources: {q: {kind: queue}, w: {kind: worker, from: q, concurrency: 1}}\n"
                      "flows: {go: {service: w, steps: [{cpu: 1s}]}}\n",
                      workload)
                .find("must be published, not started"),
            std::string::npos);
}

// Two jobs at once on one loop: a blocking call of 10 + 10 ms keeps it, a second job computes after that.
TEST(Worker, BlocksItsLoopThroughTheFlowsThatAJobCalls) {
  const auto m = model(topology("concurrency: 2, host: box", "{call: inner, blocking: true}", 2) +
                           "  inner: {steps: [{cpu: 10ms}, {delay: 10ms, blocking: true}]}\n",
                       arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(flow(m, o, "job").latency.sum(), (20 + 40) * kMillisecond);
  EXPECT_EQ(row(m, o, "w.loop").at_end.in_use_area, Int128{40} * kMillisecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

}  // namespace
}  // namespace loadstone::test
