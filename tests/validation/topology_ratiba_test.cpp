// What breaks first in topologies/ratiba.yaml under workloads/saas-mix.yaml, from its own numbers.
//
// First: the job queue. The worker looks for jobs every 0.5 s and has 10 slots; a job takes some 10 ms, so a slot runs
//   one job between two looks: 10 / 0.5 s = 20 jobs a second. One in 20 of 20 requests a second is a job: load 20.
//   The bound does not see this: for it a slot is in use while a job runs, not while it waits for the next look, and so
//   the slots alone would carry load 1,100. It names the next one.
// Next: the backend's event loop. Every request computes there: 0.7 x 1 ms (read) + 0.2 x 1.5 ms (write) +
//   0.05 x (3 + 1) ms (converse) + 0.05 x 0.5 ms (job) = 1.225 ms of 20 requests a second: load 40.8.
// Then: tokens. 4 M a minute / (1,155 + 211) for each call, one call in 20 requests: load 48.8.
// With PgBouncer before Postgres: the same. What it lends, 40 connections, is far from used up, and neither jobs that
//   wait for a look nor the loop get faster.
#include <gtest/gtest.h>

#include "tests/support/shipped.hpp"

namespace loadstone::test {
namespace {

constexpr double kFirst = 20;         // load at which the jobs queue up
constexpr double kNext = 40.8;        // load at which the event loop is full
constexpr double kTokens = 48.8;      // load at which the provider's tokens are used up
constexpr double kTolerance = 0.005;  // of the constants above, which are rounded
constexpr double kSampled = 0.02;     // of the bound, whose mix of requests is drawn
constexpr double kSeconds = 60;       // of a judged run: 1,200 jobs at the edge

// The worker looks often enough to run 200 jobs a second.
constexpr const char* kEagerWorker = "resources: {worker: {poll: 50ms}}";
// So many threads that no two turns meet in one: its lock has long waits (retries back off to 10 s), and the line
// before it needs minutes to settle, which a short run would take for growth.
const Overrides kManyThreads{{"threads_per_tenant", "4000"}};

double jobs_per_s(const Shipped& shipped) {
  return shipped.number({"resources", "worker", "concurrency"}) / shipped.number({"resources", "worker", "poll"});
}

// Seconds of the event loop for a second of load 1.
double loop_seconds(const Shipped& shipped, const Overrides& overrides = {}) {
  const auto cpu = [&](Shipped::Keys keys) { return shipped.number(keys, overrides); };
  const double transaction =
      cpu({"flows", "converse", "steps", "2", "do", "2", "do", "1", "cpu"});  // between two queries of the booking
  return shipped.arrivals("read") * cpu({"flows", "read", "steps", "0", "cpu"}) +
         shipped.arrivals("write") * cpu({"flows", "write", "steps", "0", "cpu"}) +
         shipped.arrivals("converse") * (cpu({"flows", "converse", "steps", "0", "cpu"}) + transaction) +
         shipped.arrivals("job") * cpu({"flows", "job", "steps", "0", "cpu"});
}

double tokens_per_turn(const Shipped& shipped) {
  return shipped.parameter("input_tokens") + shipped.parameter("output_tokens");
}

class Ratiba : public testing::TestWithParam<const char*> {};

TEST_P(Ratiba, JobsThatWaitForTheWorkersNextLookBreakFirst) {
  const Shipped shipped(GetParam(), "saas-mix");
  const double first = jobs_per_s(shipped) / shipped.arrivals("job");
  EXPECT_NEAR(first, kFirst, kFirst * kTolerance);
  expect_breaks_between(shipped, first * 0.92, first * 1.08, kSeconds, "jobs");
}

TEST_P(Ratiba, TheBoundIsTheEventLoopsAndAboveWhatTheQueueAllows) {
  const Shipped shipped(GetParam(), "saas-mix");
  const double loop = 1 / loop_seconds(shipped);
  EXPECT_NEAR(loop, kNext, kNext * kTolerance);
  const BoundAt bound = bound_of(shipped);
  EXPECT_EQ(bound.resource, "backend.loop");
  EXPECT_NEAR(bound.load, loop, loop * kSampled);
  EXPECT_GT(bound.of.at("worker.slots"), 1000) << "a slot that waits for the next look is not in demand";
  const double tokens =
      shipped.number({"resources", "llm", "tpm"}) / 60 / tokens_per_turn(shipped) / shipped.arrivals("converse");
  EXPECT_NEAR(tokens, kTokens, kTokens * kTolerance);
  EXPECT_NEAR(bound.of.at("llm.tpm"), tokens, tokens * kSampled * 2);
}

TEST_P(Ratiba, AWorkerThatLooksMoreOftenLeavesTheEventLoopAsTheFirst) {
  const Shipped shipped(GetParam(), "saas-mix", kEagerWorker);
  const double loop = 1 / loop_seconds(shipped);
  ASSERT_GT(jobs_per_s(shipped) / shipped.arrivals("job"), loop * 2);
  expect_breaks_between(shipped, loop * 0.92, loop * 1.06, kSeconds, "backend.loop", kManyThreads);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutAPooler, Ratiba, testing::Values("ratiba", "ratiba-pgbouncer"),
                         [](const auto& instance) { return std::string(instance.index == 0 ? "Without" : "With"); });

TEST(RatibaVaried, TheSearchFindsTheJobsToo) {
  const Shipped shipped("ratiba", "saas-mix");
  const Saturated found = first_to_break(shipped, kManyThreads);
  EXPECT_EQ(found.limited_by, "resource");
  EXPECT_EQ(found.resource, "jobs");
  EXPECT_NEAR(found.at.value, kFirst, kFirst * 0.05);
  EXPECT_EQ(found.bound_resource, "backend.loop");
}

TEST(RatibaVaried, HeavierTurnsBringTheEventLoopsLimitDown) {
  Overrides heavy = kManyThreads;
  heavy["turn_cpu"] = "10ms";
  const Shipped shipped("ratiba", "saas-mix", kEagerWorker);
  const double loop = 1 / loop_seconds(shipped, heavy);  // 1 / (20 x 1.575 ms)
  EXPECT_NEAR(loop, 31.7, 31.7 * kTolerance);
  const BoundAt bound = bound_of(shipped, heavy);
  EXPECT_EQ(bound.resource, "backend.loop");
  EXPECT_NEAR(bound.load, loop, loop * kSampled);
  expect_breaks_between(shipped, loop * 0.92, loop * 1.06, kSeconds, "backend.loop", heavy);
}

// A pool of one: a read holds the connection for 1 ms, a write for 3.5 ms, a turn for 0.3 + 5.5 ms and a job for 4 ms
// (flushes of the log of 1 ms among it), so 0.7 x 1 + 0.2 x 3.5 + 0.05 x 5.8 + 0.05 x 4 = 1.89 ms of 20 requests a
// second: load 26.5. A turn computes on the event loop while it holds the connection and has to wait for the loop, and
// all share the cores, so it breaks somewhat before.
TEST(RatibaVaried, APoolOfOneConnectionBreaksBeforeTheEventLoop) {
  constexpr double kPool = 26.5;
  const Overrides one{{"db_pool_size", "1"}, {"threads_per_tenant", "4000"}};
  const Shipped shipped("ratiba", "saas-mix", "resources: {worker: {poll: 50ms}, app_pool: {min_size: 1}}");
  const BoundAt bound = bound_of(shipped, one);
  EXPECT_EQ(bound.resource, "app_pool");
  EXPECT_NEAR(bound.load, kPool, kPool * kSampled);
  expect_breaks_between(shipped, kPool * 0.8, kPool * 1.02, kSeconds, "app_pool", one);
}

// With a fifth of the tokens, 0.8 M a minute, the provider is the first to say no: at load 9.8.
TEST(RatibaVaried, AFifthOfTheTokensIsUsedUpBeforeTheJobsQueueUp) {
  const Shipped shipped("ratiba", "saas-mix", "resources: {llm: {tpm: 800000}}");
  const double tokens = shipped.number({"resources", "llm", "tpm"}) / 60 / tokens_per_turn(shipped);
  EXPECT_NEAR(tokens, kTokens / 5, kTokens / 5 * kTolerance);
  expect_breaks_between(shipped, tokens * 0.85, tokens * 1.1, kSeconds, "llm.tpm", kManyThreads);
}

}  // namespace
}  // namespace loadstone::test
