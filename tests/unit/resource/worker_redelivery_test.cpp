// Messages that a worker gets again: retries, dead workers, timeouts of visibility.
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

std::string topology(const std::string& worker, const std::string& job) {
  return "topology: t\nresources:\n  jobs: {kind: queue}\n  w: {kind: worker, from: jobs, flow: job, " + worker +
         "}\nflows:\n  go: {steps: [{publish: jobs}]}\n  job: {steps: [" + job + "]}\n";
}

const char* const kFails = "{delay: 1s}, {fail: broken}";

// Tries at 0, 1 + 5, 7 + 5 s; the third failure, at 13 s, is the last. The slot is free in the pauses, and nothing is
// unacknowledged then.
TEST(WorkerRedelivery, RetriesAfterAPause) {
  const SeenRun seen(topology("concurrency: 1, retry: {max: 2, backoff: constant, base: 5s}", kFails), {{}});
  EXPECT_EQ(seen.failed("broken", "job"), 3u);
  EXPECT_EQ(seen.used_ms("jobs"), 3'000);
  EXPECT_EQ(seen.row("jobs").meter.wait.max(), 0);
  EXPECT_EQ(seen.marked("w.redelivered"), 2u);
  EXPECT_EQ(seen.totals("jobs").arrivals, 3u);
}

// Pauses of 1, 2 and 4 s behind jobs of 1 s: a second message that comes at 9.5 s finds the fourth try, 1 + 1 + 1 + 2 +
// 1 + 4 = 10 s, not yet there; it runs until 10.5 s, and the try waits 0.5 s.
TEST(WorkerRedelivery, BacksOff) {
  const SeenRun seen(topology("concurrency: 1, retry: {max: 3, backoff: exponential, base: 1s, errors: [broken]}",
                              "{delay: 1s}, {when: request.n == 1, fail: broken}"),
                     {{.attributes = "n: integer(1; 1)"}, {.at = "9500ms", .attributes = "n: integer(2; 2)"}});
  EXPECT_EQ(seen.failed("broken", "job"), 4u);
  EXPECT_EQ(seen.completed("job"), 1u);
  EXPECT_EQ(seen.row("jobs").meter.wait.max(), 500 * kNsOfMs);
}

TEST(WorkerRedelivery, OtherErrorsAreFinal) {
  const SeenRun seen(topology("concurrency: 1, retry: {max: 2, base: 5s, errors: [job_timeout]}", kFails), {{}});
  EXPECT_EQ(seen.failed("broken", "job"), 1u);
  EXPECT_EQ(seen.marked("w.redelivered"), 0u);
}

TEST(WorkerRedelivery, TriesAreLimitedInAll) {
  const SeenRun seen(topology("concurrency: 1, max_tries: 2, retry: {max: unlimited, base: 5s}", kFails), {{}});
  EXPECT_EQ(seen.failed("broken", "job"), 2u);
}

// Each try is a job with draws of its own, or a retry would take as long as the try that was too slow: of 100 messages
// whose tries take more than 1 s with probability exp(-1), two tries fail together in 100 exp(-2) = 13.5 cases, with a
// standard deviation of 3.4; with the same draws it would be all 37.
TEST(WorkerRedelivery, EveryTryDrawsAnew) {
  const SeenRun seen(
      topology("concurrency: 100, job_timeout: 1, retry: {max: 1, base: 1s}", "{delay: exponential(1s)}"),
      {{.count = 100, .every = "1ms"}});
  const auto twice = static_cast<double>(seen.failed("job_timeout", "job") - seen.marked("w.redelivered"));
  EXPECT_NEAR(twice, 13.5, 4 * 3.4);
}

const char* const kDiesOnce = "{delay: 3s}, {when: request.job_try == 1, fail: worker_lost}";

// A broker that sees the connection close delivers at once: 0 to 3 s, 3 to 6 s.
TEST(WorkerRedelivery, AcknowledgedLateALostJobComesBackAtOnce) {
  const SeenRun seen(topology("concurrency: 1, task_acks_late: true", kDiesOnce), {{}});
  EXPECT_EQ(seen.completed("job"), 1u);
  EXPECT_EQ(seen.used_ms("jobs"), 6'000);
  EXPECT_EQ(seen.row("jobs").meter.wait.max(), 0);
}

TEST(WorkerRedelivery, AcknowledgedEarlyALostJobIsGone) {
  const SeenRun seen(topology("concurrency: 1, task_acks_late: false", kDiesOnce), {{}});
  EXPECT_EQ(seen.failed("worker_lost", "job"), 1u);
  EXPECT_EQ(seen.completed("job"), 0u);
  EXPECT_EQ(seen.marked("w.lost"), 1u);
}

// It is seen 20 s after its delivery, not after the death: unacknowledged for 20 s and 3 s.
TEST(WorkerRedelivery, AfterTheVisibilityTimeoutALostJobComesBack) {
  const SeenRun seen(topology("concurrency: 1, visibility_timeout: 20", kDiesOnce), {{}});
  EXPECT_EQ(seen.completed("job"), 1u);
  EXPECT_EQ(seen.used_ms("jobs"), 23'000);
  EXPECT_EQ(seen.used_ms("w.slots"), 6'000);
}

// An ordinary failure is acknowledged.
TEST(WorkerRedelivery, AFailureIsNoDeath) {
  const SeenRun seen(topology("concurrency: 1, visibility_timeout: 20", kFails), {{}});
  EXPECT_EQ(seen.failed("broken", "job"), 1u);
  EXPECT_EQ(seen.used_ms("jobs"), 1'000);
}

// The run ends while one message is kept and another waits for its retry: all is accounted for.
TEST(WorkerRedelivery, ConservesWhatIsKeptAtTheEnd) {
  for (const char* keys : {"visibility_timeout: 900", "retry: {max: 1, base: 800s}"}) {
    const auto m = model(topology("concurrency: 1, " + std::string(keys), "{delay: 1s}, {fail: worker_lost}"),
                         arrivals_at({{.count = 3}}, "100s"));
    RunSettings settings;
    settings.drain = false;
    const Observations o = run_once(m, settings);
    EXPECT_TRUE(conserved(m.model, o));
    EXPECT_EQ(o.flows[flow_of(m.model, "job")].run.failed, 3u);
  }
}

// A bound has no retries.
TEST(WorkerRedelivery, NothingComesBackInTheBound) {
  const auto m = model(topology("concurrency: 1, retry: {max: 5, base: 1s}", kFails), arrivals_at({{}}));
  RunSettings settings;
  settings.everything_relieved = true;
  settings.expected_values = true;
  EXPECT_EQ(run_once(m, settings).flows[flow_of(m.model, "job")].run.failed, 1u);
}

TEST(WorkerRedelivery, SaysWhatIsWrong) {
  const auto errors = [](const std::string& keys) {
    return errors_of(topology("concurrency: 1, " + keys, "{delay: 1s}"), arrivals_at({{}}));
  };
  EXPECT_NE(errors("retry: {max: some}").find("'max' must be a number of retries or 'unlimited'"), std::string::npos);
  EXPECT_NE(errors("retry: {max: 2, errors: [job_timeuot]}").find("unknown error 'job_timeuot'"), std::string::npos);
  EXPECT_NE(errors("max_tries: 0, retry: {max: 2}").find("'max_tries' must be at least 1"), std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
