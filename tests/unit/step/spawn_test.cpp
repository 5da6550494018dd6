#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

std::string topology(const std::string& go, const std::string& job, const std::string& resources = "",
                     const std::string& keys = "") {
  return "topology: t\npopulations: {tenant: {count: 9}}\n" + (resources.empty() ? "" : "resources:\n" + resources) +
         "flows:\n" + flows_named({"go"}, go, keys) + flows_named({"job"}, job);
}

TEST(SpawnStep, StartsAFlowAndDoesNotWaitForIt) {
  const SeenRun seen(topology("{spawn: job}, {delay: 1s}", "{delay: 5s}"), {{.count = 2}});
  EXPECT_EQ(seen.sum_ms("go"), 2 * 1000);
  EXPECT_EQ(seen.sum_ms("job"), 2 * 5000);
  EXPECT_EQ(seen.completed("job"), 2u);
}

TEST(SpawnStep, LeavesItsFlowAloneWhenTheParentFails) {
  const SeenRun seen(topology("{spawn: job}, {fail: oops}", "{delay: 5s}"), {{.count = 1}});
  EXPECT_EQ(seen.failed("oops", "go"), 1u);
  EXPECT_EQ(seen.max_ms("job"), 5000);
}

TEST(SpawnStep, LeavesTheParentAloneWhenItsFlowFails) {
  const SeenRun seen(topology("{spawn: job}, {delay: 1s}", "{fail: oops}"), {{.count = 1}});
  EXPECT_EQ(seen.max_ms("go"), 1000);
  EXPECT_EQ(seen.failed("oops", "job"), 1u);
}

// The parent keeps what it holds: its flow waits for the permit until 1 s.
TEST(SpawnStep, GivesNothingOfWhatTheParentHolds) {
  const SeenRun seen(topology("{hold: gate, do: [{spawn: job}, {delay: 1s}]}", "{hold: gate, do: [{delay: 1s}]}",
                              "  gate: {kind: semaphore, size: 1}\n"),
                     {{.count = 1}});
  EXPECT_EQ(seen.max_ms("go"), 1000);
  EXPECT_EQ(seen.max_ms("job"), 2000);
}

// Two tenants with a permit each: two flows of the one wait for each other, that of the other does not.
TEST(SpawnStep, PassesTheAttributesOn) {
  const SeenRun seen(
      topology("{spawn: job}", "{hold: gate, do: [{delay: 1s}]}", "  gate: {kind: semaphore, size: 1, per: tenant}\n"),
      {{.count = 2, .attributes = "tenant: integer(3; 3)"}, {.attributes = "tenant: integer(4; 4)"}});
  EXPECT_EQ(seen.sum_ms("job"), 1000 + 2000 + 1000);
}

// A flow without a service runs in the parent's process, on its loop: behind the parent's own work.
TEST(SpawnStep, RunsInTheProcessOfTheParent) {
  const SeenRun seen(
      topology("{spawn: job}, {cpu: 10ms}", "{cpu: 10ms}", "  web: {kind: service, workers: 2}\n", "service: web, "),
      {{.count = 1}});
  EXPECT_EQ(seen.max_ms("go"), 10);
  EXPECT_EQ(seen.max_ms("job"), 20);
}

TEST(SpawnStep, NeedsAFlowThatExists) {
  EXPECT_NE(errors_of(topology("{spawn: jobs}", "{delay: 1s}"), arrivals_at({{}})).find("unknown flow 'jobs'"),
            std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
