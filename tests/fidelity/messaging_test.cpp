// Queues and workers behave as fidelity 5 says (docs/reference/fidelity.md, section messaging).
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kSecond = 1000 * kNsOfMs;

RunSettings without_drain() {
  RunSettings settings;
  settings.drain = false;
  return settings;
}

// Conservation is asked of the run, but not that everything ends: most of these queues are too full for that.
struct Overloaded {
  Overloaded(const std::string& topology, const std::string& workload)
      : loaded(model(topology, workload)), o(run_once(loaded, without_drain())) {
    EXPECT_TRUE(conserved(loaded.model, o));
  }
  [[nodiscard]] const ResourceObservations& row(std::string_view name) const {
    return o.resources[row_of(loaded.model, name)];
  }
  [[nodiscard]] const FlowStats& flow(std::string_view name) const { return o.flows[flow_of(loaded.model, name)]; }
  load::Loaded loaded;
  Observations o;
};

// `go` publishes so many messages at once; a worker's jobs take some time.
std::string arq(const std::string& keys, const std::string& job, int messages) {
  return "topology: t\nresources:\n  jobs: {kind: queue}\n  arq: {kind: worker, from: jobs, flow: job, " + keys +
         "}\nflows:\n  go: {steps: [{repeat: " + std::to_string(messages) +
         ", do: [{publish: jobs}]}]}\n  job: {steps: [{delay: " + job + "}]}\n";
}

// Polls at t0 + 0.5 k s find free slots at every second one: ten jobs start each second, although 0.6 s would let 16.7
// through. With polls every 0.05 s a round is 0.65 s (a slot that gets free at the instant of a poll is too late).
TEST(FidelityMessaging, Behaviour1AFreeSlotWaitsForTheNextPoll) {
  for (const auto& [poll, period_ms] : {std::pair{"500ms", 1000}, std::pair{"50ms", 650}}) {
    const Overloaded seen(arq("concurrency: 10, poll: " + std::string(poll), "600ms", 2000), arrivals_at({{}}, "100s"));
    const std::int64_t first = seen.row("jobs").meter.wait.min();
    const std::int64_t rounds = (100 * kSecond - 600 * kNsOfMs - first) / (period_ms * kNsOfMs) + 1;
    EXPECT_EQ(seen.flow("job").run.completed, static_cast<std::uint64_t>(10 * rounds)) << poll;
  }
}

const char* const kArqKeys = "concurrency: 10, poll: 500ms, job_timeout: 300, max_tries: 5, visibility_timeout: 310";

TEST(FidelityMessaging, Behaviour2AJobThatIsTooLongFailsOnceAndIsNotRetried) {
  const SeenRun seen(arq(kArqKeys, "301s", 1), {{}});
  EXPECT_EQ(seen.failed("job_timeout", "job"), 1u);
  EXPECT_EQ(seen.flow("job").run.offered, 1u);
}

// The first poll starts it; its worker dies 100 s later. The in-progress key lives for 310 s from the start on, and the
// poll of that instant finds the job: it is unacknowledged for 310 s, and then for the 100 s of its second try.
TEST(FidelityMessaging, Behaviour2AJobWhoseWorkerDiedRestartsAfterItsKeyHasExpired) {
  const SeenRun seen("topology: t\nresources:\n  jobs: {kind: queue}\n  arq: {kind: worker, from: jobs, flow: job, " +
                         std::string(kArqKeys) +
                         "}\nflows:\n  go: {steps: [{publish: jobs}]}\n  job: {steps: [{delay: 100s}, {when: "
                         "request.job_try == 1, fail: worker_lost}, {when: request.job_try == 2, mark: second}]}\n",
                     {{}});
  EXPECT_EQ(seen.failed("worker_lost", "job"), 1u);
  EXPECT_EQ(seen.completed("job"), 1u);
  EXPECT_EQ(seen.marked("second"), 1u);
  EXPECT_EQ(seen.used_ms("jobs"), 310'000 + 100'000);
  EXPECT_EQ(seen.row("jobs").meter.wait.min(), 0);  // of the second time
}

std::string limited(const std::string& overflow) {
  return "topology: t\nresources:\n  jobs: {kind: queue, max_length: 1000, overflow: " + overflow +
         "}\n  w: {kind: worker, from: jobs, flow: job, concurrency: 1}\n"
         "flows: {go: {steps: [{publish: jobs}]}, job: {steps: [{delay: 100ms}]}}\n";
}

const char* const kTwiceTheRate =
    "workload: w\nwarmup: 500s\nduration: 600s\nscenarios: {s: {executor: constant-arrival-rate, arrival: even, exec: "
    "go, rate: 20/s, duration: 600s}}\n";

// 20 messages a second, 10 jobs: the 1,000 ready ones are those of the last 50 s.
TEST(FidelityMessaging, Behaviour3DropHeadKeepsTheYoungAndLosesTheOldest) {
  const Overloaded seen(limited("drop-head"), kTwiceTheRate);
  const Totals window = seen.row("jobs").meter.at_edge.back() - seen.row("jobs").meter.at_edge.front();
  EXPECT_NEAR(to_double(window.waiting_area) / (100e9), 1000, 1);  // one less while a head has just been taken
  EXPECT_NEAR(seen.row("jobs").meter.wait.mean() * 1e-9, 50, 0.2);
  EXPECT_EQ(seen.flow("go").run.failed, 0u);  // the publisher sees nothing
}

// The excess of 10/s is nacked; who is let in waits for 1,000 jobs of 0.1 s.
TEST(FidelityMessaging, Behaviour3RejectPublishNacksTheExcess) {
  const Overloaded seen(limited("reject-publish"), kTwiceTheRate);
  const Totals window = seen.row("jobs").meter.at_edge.back() - seen.row("jobs").meter.at_edge.front();
  EXPECT_NEAR(static_cast<double>(window.refused), 10 * 100, 1);
  EXPECT_EQ(seen.flow("go").errors[error_of(seen.loaded.model, "publish_rejected")], window.refused);
  EXPECT_NEAR(seen.row("jobs").meter.wait.mean() * 1e-9, 100, 0.2);
}

// Ten are being worked on, a thousand are ready: the next one is the first to be refused.
TEST(FidelityMessaging, Behaviour4OnlyReadyMessagesCountAgainstTheLimit) {
  for (const auto& [messages, refused] : {std::pair{1010, 0u}, std::pair{1011, 1u}}) {
    const Overloaded seen(
        "topology: t\nresources:\n  jobs: {kind: queue, max_length: 1000, overflow: reject-publish}\n"
        "  w: {kind: worker, from: jobs, flow: job, concurrency: 10}\n"
        "flows: {go: {steps: [{publish: jobs}]}, job: {steps: [{delay: 900s}]}}\n",
        arrivals_at({{.count = messages, .every = "1ms"}}, "100s"));
    EXPECT_EQ(seen.row("jobs").at_end.refused, refused);
    EXPECT_EQ(seen.row("jobs").at_end.in_use, 10);
    EXPECT_EQ(seen.row("jobs").at_end.waiting, 1000);
  }
}

// Two workers with four processes hold 16 messages each. A's first is the long one, B's take no time. A's other three
// processes do its 15 short tasks by 5 s, three at a time, while B is idle all the time: 12 of them wait.
TEST(FidelityMessaging, Behaviour5ReservedTasksWaitThoughAnotherWorkerIsIdle) {
  const auto waits_ms = [](const std::string& processes) {
    const SeenRun seen(
        "topology: t\nresources:\n  jobs: {kind: queue}\n"
        "  celery: {kind: worker, from: jobs, instances: 2, prefetch: 16, runtime: processes, concurrency: " +
            processes +
            "}\nflows:\n  go:\n    steps:\n      - publish: {to: jobs, flow: long}\n      - publish: {to: jobs, flow: "
            "nothing}\n      - {repeat: 15, do: [{publish: {to: jobs, flow: short}}, {publish: {to: jobs, flow: "
            "nothing}}]}\n"
            "  long: {steps: [{delay: 600s}]}\n  short: {steps: [{delay: 1s}]}\n  nothing: {steps: []}\n",
        {{}});
    EXPECT_EQ(seen.row("jobs").meter.wait.max(), 0);
    EXPECT_EQ(seen.completed("short"), 15u);
    return whole_ms(seen.row("celery.slots").meter.wait_sum);
  };
  EXPECT_EQ(waits_ms("4"), 3 * (1 + 2 + 3 + 4) * 1000);
  EXPECT_EQ(waits_ms("1"), (15 * 600 + 14 * 15 / 2) * 1000);  // one process: all 15 wait behind the long one
}

// A poll sees the first entries of the queue, and running jobs are entries until they end.
TEST(FidelityMessaging, Behaviour6RunningJobsSettleAtTheReadLimit) {
  for (const auto& [limit, running] : {std::pair{"", 100}, std::pair{", poll_batch: 500", 150}}) {
    const Overloaded seen(arq("instances: 15, concurrency: 10, poll: 500ms" + std::string(limit), "60s", 1000),
                          arrivals_at({{}}, "50s"));
    EXPECT_EQ(seen.row("jobs").at_end.in_use, running);
  }
}

// Messages of 1 kB come every ms, a job takes 100 ms, the alarm is above 100 kB. Of 0 to 101 ms 102 have come and one
// is done: 101 kB. From then on nobody can publish: 102 to 199 wait. Jobs end at 200 and 300 ms: 99 kB, and all go on.
TEST(FidelityMessaging, Behaviour7AMemoryAlarmBlocksPublishersUntilTheConsumersHaveDrained) {
  const SeenRun seen(
      "topology: t\nresources:\n  jobs: {kind: queue, vm_memory_high_watermark: 100kB}\n"
      "  w: {kind: worker, from: jobs, flow: job, concurrency: 1}\n"
      "flows: {go: {steps: [{publish: {to: jobs, bytes: 1kB}}]}, job: {steps: [{delay: 100ms}]}}\n",
      {{.count = 200, .every = "1ms"}});
  const ResourceObservations& publishers = seen.row("jobs.publishers");
  EXPECT_EQ(publishers.at_end.waited, 98u);
  EXPECT_EQ(publishers.meter.wait.max(), (300 - 102) * kNsOfMs);
  EXPECT_EQ(whole_ms(publishers.meter.wait_sum), 98 * 300 - (102 + 199) * 98 / 2);
  EXPECT_EQ(seen.completed("job"), 200u);
}

}  // namespace
}  // namespace loadstone::test
