// Every shipped workload runs on the topology that it is made for, by the program itself: nothing is refused or left
// over where the load is light, what is offered comes from the workload's own numbers, schedules fire, thresholds are
// judged. Conservation is checked by every run.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {
namespace {

using Json = nlohmann::json;

Json ran(const std::string& topology, const std::string& workload, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"run",
                                     source_dir() + "/topologies/" + topology + ".yaml",
                                     source_dir() + "/workloads/" + workload + ".yaml",
                                     "--json",
                                     "--replications",
                                     "2"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const CommandResult result = loadstone(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return Json::parse(result.out);
}

double per_s(const Json& run, const std::string& flow) {
  return run["flows"][flow]["throughput_per_s"]["value"];
}

// The same workload in less time: `keys` are merged over it.
std::string shortened(const std::string& workload, const std::string& keys) {
  return file(workload + "-short.yaml",
              "extends: " + source_dir() + "/workloads/" + workload + ".yaml\nworkload: " + workload + "\n" + keys);
}

void expect_light(const Json& run) {
  EXPECT_FALSE(run["verdict"]["saturated"]) << run["verdict"];
  for (const auto& [name, flow] : run["flows"].items()) {
    EXPECT_GT(flow["completed"], 0) << name;
    EXPECT_EQ(flow["failed"], 0) << name;
    EXPECT_EQ(flow["in_flight"], 0) << name;
  }
}

TEST(ShippedWorkloads, SutazaiBaselineIsTenUsersWhoThinkForASecond) {
  const Json run = ran("sutazai", "sutazai-baseline");
  expect_light(run);
  // one request a user for each second of thinking and some 10 ms of work; 9.5 users over the ramp
  EXPECT_NEAR(per_s(run, "read") + per_s(run, "write"), 9.5 / 1.01, 0.5);
  EXPECT_EQ(run["simulated_s"], 600);
}

TEST(ShippedWorkloads, SutazaiSoakIsFiftyUsersAndRunsForAnHourToo) {
  const std::string hour = shortened("sutazai-soak", "scenarios: {users: {duration: 1h}}");
  const CommandResult result =
      loadstone({"run", source_dir() + "/topologies/sutazai.yaml", hour, "--json", "--replications", "2"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json run = Json::parse(result.out);
  expect_light(run);
  EXPECT_NEAR(per_s(run, "read") + per_s(run, "write"), 50 / 5.009, 0.3);
}

TEST(ShippedWorkloads, SutazaiSpikeBringsAllItsRequests) {
  const Json run = ran("sutazai", "sutazai-spike");
  expect_light(run);
  const double requests = 2 * 2 * 300 + 100 * 240 + 2 * 30 * (2 + 100) / 2.0;  // quiet, burst, the two ramps
  EXPECT_NEAR((per_s(run, "read") + per_s(run, "write")) * 900, requests, requests * 0.03);
}

// 1,000 users of whom one request in ten wants six seconds of Ollama's one slot: far too many. Turns that nobody waits
// for any more keep their threads, and all else fails behind them.
TEST(ShippedWorkloads, SutazaiStressBreaksOllama) {
  const Json run = ran("sutazai", "sutazai-stress");
  EXPECT_TRUE(run["verdict"]["saturated"]);
  EXPECT_EQ(run["verdict"]["first"], "ollama.slots");
  EXPECT_NEAR(run["resources"]["ollama.slots"]["throughput_per_s"]["value"], 1 / 6.0, 0.02);
  EXPECT_GT(run["flows"]["read"]["errors"]["timeout"], 0);
}

TEST(ShippedWorkloads, RithmxoTypicalIsAHundredRequestsOfEachServiceAndItsHeartbeat) {
  const Json run = ran("rithmxo", "rithmxo-typical");
  expect_light(run);
  EXPECT_NEAR(per_s(run, "read") + per_s(run, "write"), 5000, 100);
  EXPECT_NEAR(per_s(run, "heartbeat"), 50 / 30.0, 0.6);
  const Json few = ran("rithmxo", "rithmxo-typical", {"--set", "services=10"});
  EXPECT_NEAR(per_s(few, "read") + per_s(few, "write"), 1000, 40);
}

TEST(ShippedWorkloads, ConstructionPeakIsARequestOfEachUserEveryTenSeconds) {
  const Json run = ran("construction", "construction-peak", {"--load", "0.05"});
  expect_light(run);
  EXPECT_NEAR(per_s(run, "read") + per_s(run, "write"), 0.05 * 1000 * 50 / 10, 15);
  const Json few = ran("construction-200", "construction-peak", {"--set", "active_users=5"});
  EXPECT_NEAR(per_s(few, "read") + per_s(few, "write"), 200 * 5 / 10, 10);
}

TEST(ShippedWorkloads, RatibaTurnsAreTurnsAtASteadyRate) {
  const Json run = ran("ratiba", "ratiba-turns", {"--set", "threads_per_tenant=4000"});
  expect_light(run);
  EXPECT_EQ(run["flows"].size(), 1u);
  EXPECT_NEAR(per_s(run, "converse"), 2, 0.2);
}

TEST(ShippedWorkloads, RatibaBetaDayHasItsBookingsAndItsReaper) {
  const Json run = ran("ratiba", "ratiba-beta-day");
  expect_light(run);
  constexpr double kDay = 86400;
  EXPECT_NEAR(per_s(run, "converse") * kDay, 10 * 50 * 8, 200);  // tenants, bookings, turns
  EXPECT_EQ(run["flows"]["nightly_reaper"]["completed"], 2) << "once in each replication";
  // two batches for the rows of some 1,200 writes, with two pauses
  const double rows = per_s(run, "write") * kDay;
  EXPECT_NEAR(run["flows"]["nightly_reaper"]["latency_ms"]["mean"]["value"], rows * 0.2 + 100, 20);
  EXPECT_EQ(run["thresholds"].size(), 7u);
  for (const Json& threshold : run["thresholds"]) {
    EXPECT_TRUE(threshold["ok"]) << threshold;
  }
}

}  // namespace
}  // namespace loadstone::test
