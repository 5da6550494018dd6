// `loadstone run` as a user sees it: exit codes, what goes to which stream, flags, and the JSON document.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/command.hpp"

namespace loadstone::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

constexpr const char* kTopology = R"(
topology: desk
params: {clerks: {value: 2, status: documented}}
resources:
  clerk: {kind: station, servers: $clerks, service: exponential(10ms), queue_limit: 20}
  stamp: {kind: semaphore, size: 3}
flows:
  serve: {steps: [{visit: clerk}, {hold: stamp, do: [{delay: 1ms}]}, {mark: stamped}]}
)";

std::string workload(const std::string& thresholds = "") {
  return "workload: queue\nwarmup: 2s\nscenarios: {load: {executor: constant-arrival-rate, exec: serve, rate: 100/s, "
         "duration: 12s}}\n" +
         thresholds;
}

class Run : public testing::Test {
 protected:
  [[nodiscard]] CommandResult run(std::vector<std::string> more = {}, const CommandOptions& options = {}) const {
    std::vector<std::string> arguments{"run", topology_, workload_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return loadstone(arguments, options);
  }

  std::string topology_ = file("desk.yaml", kTopology);
  std::string workload_ = file("queue.yaml", workload());
};

TEST_F(Run, PrintsASummaryOnStandardOutputAndNothingElsewhere) {
  const CommandResult result = run();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("clerk"));
  EXPECT_THAT(result.out, HasSubstr("serve"));
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Run, TheSummaryFitsAHundredColumns) {
  std::istringstream lines(run().out);
  for (std::string line; std::getline(lines, line);) {
    const auto columns = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
    EXPECT_LE(columns, 100) << line;
  }
}

TEST_F(Run, QuietSaysOneLine) {
  const CommandResult result = run({"--quiet"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1);
  EXPECT_THAT(result.err, IsEmpty());
}

// Six of seven connections at once find no slot.
TEST_F(Run, WhatARealComponentSaysToThoseWhomItRefusesIsPrinted) {
  const std::string topology = file("full.yaml",
                                    "topology: full\nresources:\n  db: {kind: postgres, cores: 1, max_connections: 4}\n"
                                    "  each: {kind: connection_pool, driver: none, server: db}\n"
                                    "flows: {go: {steps: [{query: {pool: each, io: 10s}}]}}\n");
  const std::string seven =
      file("seven.yaml",
           "workload: seven\nwarmup: 0s\nscenarios: {s: {executor: constant-vus, exec: go, vus: 7, "
           "duration: 5s, thinkTime: 100s}}\n");
  const CommandResult result = loadstone({"run", topology, seven, "--replications", "1"});
  EXPECT_THAT(result.out, HasSubstr("db.slots: FATAL 53300: remaining connection slots are reserved"));
  const Json j = Json::parse(loadstone({"run", topology, seven, "--replications", "1", "--json"}).out);
  EXPECT_EQ(j["resources"]["db.slots"]["refused"], 6);
  EXPECT_EQ(j["flows"]["go"]["errors"]["too_many_connections"], 6);
}

// --- thresholds -------------------------------------------------------------------------------------------------

TEST_F(Run, AThresholdThatHoldsEndsWithZero) {
  workload_ = file("holds.yaml", workload("thresholds: {\"latency{flow:serve}\": [\"p(95)<8000\"]}\n"));
  EXPECT_EQ(run().exit_code, 0);
}

TEST_F(Run, AThresholdThatDoesNotHoldEndsWithNinetyNineAndStillReports) {
  workload_ = file("fails.yaml", workload("thresholds: {\"latency{flow:serve}\": [\"p(95)<1\"]}\n"));
  const CommandResult text = run();
  EXPECT_EQ(text.exit_code, 99);
  EXPECT_THAT(text.out, HasSubstr("p(95)<1"));
  const CommandResult json = run({"--json"});
  EXPECT_EQ(json.exit_code, 99);
  EXPECT_EQ(Json::parse(json.out)["thresholds"][0]["ok"], false);
}

// --- JSON -------------------------------------------------------------------------------------------------------

void expect_keys(const Json& object, std::initializer_list<const char*> keys, const std::string& where) {
  for (const char* key : keys) {
    EXPECT_TRUE(object.contains(key)) << where << " has no '" << key << "'";
  }
}

void expect_estimate_shape(const Json& estimate, const std::string& where) {
  ASSERT_TRUE(estimate.contains("value") && estimate.contains("ci95")) << where;
  EXPECT_EQ(estimate["ci95"].is_null(), estimate.contains("why")) << where;
  if (!estimate["ci95"].is_null()) {
    EXPECT_LE(estimate["ci95"][0].get<double>(), estimate["value"].get<double>()) << where;
    EXPECT_GE(estimate["ci95"][1].get<double>(), estimate["value"].get<double>()) << where;
  }
}

TEST_F(Run, JsonHasTheDocumentedKeys) {
  const CommandResult result = run({"--json"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, IsEmpty());
  const Json j = Json::parse(result.out);
  expect_keys(
      j, {"schema_version", "loadstone", "command",     "seed",     "engine", "fingerprint", "topology", "workload",
          "load",           "params",    "simulated_s", "warmup_s", "warmup", "precision",   "events",   "replications",
          "verdict",        "flows",     "resources",   "marks",    "cost",   "thresholds",  "warnings"},
      "the document");
  EXPECT_EQ(j["schema_version"], 1);
  EXPECT_EQ(j["command"], "run");
  EXPECT_EQ(j["topology"], "desk");
  EXPECT_EQ(j["simulated_s"], 12.0);
  EXPECT_EQ(j["warmup_s"], 2.0);
  EXPECT_EQ(j["replications"], 10);
  expect_keys(j["verdict"], {"saturated", "stable", "first", "summary"}, "verdict");
  const Json& flow = j["flows"]["serve"];
  expect_keys(flow,
              {"offered", "started", "completed", "failed", "in_flight", "dropped_iterations", "errors",
               "throughput_per_s", "latency_ms", "failure_ms"},
              "flow");
  EXPECT_EQ(flow["offered"], flow["completed"].get<int>() + flow["failed"].get<int>() + flow["in_flight"].get<int>() +
                                 flow["dropped_iterations"].get<int>());
  expect_keys(flow["latency_ms"], {"mean", "std", "p50", "p90", "p95", "p99", "max", "count"}, "latency_ms");
  expect_estimate_shape(flow["latency_ms"]["mean"], "latency_ms.mean");
  expect_estimate_shape(flow["throughput_per_s"], "throughput_per_s");
  const Json& clerk = j["resources"]["clerk"];
  expect_keys(clerk,
              {"kind", "capacity", "utilization", "in_use", "queue_length", "members", "arrivals", "refused",
               "timed_out", "throughput_per_s", "wait_ms", "waited_share", "full_share", "hold_ms", "hold_breakdown"},
              "resource");
  EXPECT_EQ(clerk["kind"], "station");
  EXPECT_EQ(clerk["capacity"], 2);
  expect_keys(j["cost"], {"fixed_usd_month", "variable_usd_month", "llm_usd"}, "cost");
  double shares = 0;
  for (const Json& row : j["resources"]["stamp"]["hold_breakdown"]) {
    shares += row["share"].get<double>();
  }
  EXPECT_NEAR(shares, 1, 1e-12);
}

TEST_F(Run, OneReplicationHasNoIntervalAndSaysWhy) {
  const Json j = Json::parse(run({"--json", "--replications", "1"}).out);
  const Json& mean = j["flows"]["serve"]["latency_ms"]["mean"];
  EXPECT_TRUE(mean["ci95"].is_null());
  EXPECT_THAT(mean["why"].get<std::string>(), Not(IsEmpty()));
}

TEST_F(Run, PrecisionAddsReplicationsUntilItIsReached) {
  const Json j = Json::parse(run({"--json", "--precision", "3%"}).out);
  EXPECT_GT(j["replications"], 10);
  EXPECT_EQ(j["precision"]["asked"], 0.03);
  EXPECT_LE(j["precision"]["reached"], 0.03);
  const Json as_share = Json::parse(run({"--json", "--precision", "0.03"}).out);
  EXPECT_EQ(as_share, j);
}

TEST_F(Run, APrecisionThatItsBudgetDoesNotReachIsWarnedOf) {
  const CommandResult result = run({"--precision", "0.01%", "--max-replications", "12"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("12 replications"));
  EXPECT_THAT(result.out, HasSubstr("a precision of 0.01% was not reached in 12 replications"));
}

TEST_F(Run, APrecisionThatIsNoShareIsRefused) {
  for (const char* wrong : {"two%", "0%", "200%", "-1", "x"}) {
    const CommandResult result = run({"--precision", wrong});
    EXPECT_EQ(result.exit_code, 2) << wrong;
    EXPECT_THAT(result.err, HasSubstr("--precision")) << wrong;
  }
}

TEST_F(Run, FurtherQuantilesCanBeAskedFor) {
  const Json j = Json::parse(run({"--json", "--quantiles", "0.05,0.999"}).out);
  expect_keys(j["flows"]["serve"]["latency_ms"], {"p5", "p99.9"}, "latency_ms");
}

// --- flags ------------------------------------------------------------------------------------------------------

TEST_F(Run, SetChangesAParameterAndIsInTheDocument) {
  const Json j = Json::parse(run({"--json", "--set", "clerks=5"}).out);
  EXPECT_EQ(j["resources"]["clerk"]["capacity"], 5);
  EXPECT_EQ(j["params"]["clerks"], "5");
}

TEST_F(Run, LoadMultipliesTheRate) {
  const Json one = Json::parse(run({"--json"}).out);
  const Json half = Json::parse(run({"--json", "--load", "0.5"}).out);
  EXPECT_EQ(half["load"], 0.5);
  EXPECT_NEAR(half["flows"]["serve"]["offered"].get<double>(), one["flows"]["serve"]["offered"].get<double>() / 2, 300);
}

TEST_F(Run, SeedIsInTheDocumentAndChangesTheFingerprint) {
  const Json one = Json::parse(run({"--json"}).out);
  const Json two = Json::parse(run({"--json", "--seed", "2"}).out);
  EXPECT_EQ(one["seed"], 1);
  EXPECT_EQ(two["seed"], 2);
  EXPECT_NE(one["fingerprint"], two["fingerprint"]);
}

// --- a standard output that cannot be written ----------------------------------------------------------------------

TEST_F(Run, AFullDeviceEndsWithOneAndAMessage) {
  for (const char* format : {"--json", "--quiet"}) {
    const CommandResult result = run({format}, {.environment = {}, .out_to = "/dev/full"});
    EXPECT_EQ(result.exit_code, 1) << format;
    EXPECT_THAT(result.err, HasSubstr("cannot write to standard output")) << format;
    EXPECT_THAT(result.err, StartsWith("loadstone: ")) << format;
  }
}

}  // namespace
}  // namespace loadstone::test
