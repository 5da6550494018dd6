// `loadstone explain`: the effective file runs as the original does, and what is said of it is right.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

std::string shipped(const std::string& path) {
  return source_dir() + "/" + path;
}

std::string fingerprint(const std::string& topology, const std::string& workload) {
  const CommandResult run = loadstone({"run", topology, workload, "--replications", "1", "--load", "0.1", "--json"});
  return run.exit_code == 2 ? run.err : Json::parse(run.out)["fingerprint"].get<std::string>();
}

TEST(Explain, TheEffectiveFilesOfShippedTopologiesRunToTheSameFingerprint) {
  const std::string workload = shipped("workloads/saas-mix.yaml");
  const CommandResult effective_workload = loadstone({"explain", workload});
  ASSERT_EQ(effective_workload.exit_code, 0);
  const std::string explained_workload = file("workload.yaml", effective_workload.out);
  for (const char* name : {"construction", "construction-1000", "ratiba", "ratiba-pgbouncer", "ratiba-target",
                           "rithmxo", "rithmxo-pgbouncer", "sutazai", "sutazai-tier0"}) {
    const std::string topology = shipped("topologies/" + std::string(name) + ".yaml");
    const CommandResult effective = loadstone({"explain", topology});
    ASSERT_EQ(effective.exit_code, 0) << effective.err;
    const std::string explained = file("effective.yaml", effective.out);
    EXPECT_EQ(fingerprint(explained, workload), fingerprint(topology, workload)) << name;
    EXPECT_EQ(fingerprint(explained, explained_workload), fingerprint(topology, workload)) << name;
  }
}

TEST(Explain, WhatIsExplainedOnceIsExplainedTheSameAgain) {
  const auto yaml_of = [](const std::string& text) { return text.substr(text.find("\ntopology:")); };
  const CommandResult once = loadstone({"explain", shipped("topologies/ratiba-pgbouncer.yaml")});
  const CommandResult twice = loadstone({"explain", file("once.yaml", once.out)});
  EXPECT_EQ(yaml_of(twice.out), yaml_of(once.out));
}

constexpr const char* kPools = R"(
topology: pools
params: {size: {value: 4, status: documented}}
populations: {tenant: {count: 3}}
hosts: {vm: {cores: 2}}
resources:
  db: {kind: postgres, host: vm, max_connections: 20}
  shared: {kind: connection_pool, driver: asyncpg, server: db, min_size: 0, max_size: $size, acquire_timeout: 3}
  own: {kind: connection_pool, driver: asyncpg, server: db, per: tenant, min_size: 0, max_size: 5}
flows:
  go: {steps: [{query: {pool: shared, cpu: 1ms, io: 1ms}}]}
)";

TEST(Explain, SumsConnectionsAgainstWhatTheServerAdmits) {
  const CommandResult result = loadstone({"explain", file("pools.yaml", kPools)});
  EXPECT_THAT(result.out, HasSubstr("db.slots admits 17; pools may open 19: shared 4 + own 5 x 3"));
  EXPECT_THAT(result.out, HasSubstr("more than it admits"));
  const Json j = Json::parse(loadstone({"explain", file("pools.yaml", kPools), "--set", "size=2", "--json"}).out);
  EXPECT_EQ(j["connections"][0]["sum"], 17.0);
}

TEST(Explain, ABareNumberOfAComponentsKeyIsPrintedWithItsUnitAndDefaultsAreMarked) {
  const CommandResult result = loadstone({"explain", file("pools.yaml", kPools)});
  EXPECT_THAT(result.out, HasSubstr("acquire_timeout: 3s"));
  EXPECT_THAT(result.out, HasSubstr("superuser_reserved_connections: {value: 3, status: default}"));
  EXPECT_THAT(result.out, HasSubstr("max_size: $size"));
}

TEST(Explain, GuessesAreListedAndKnobsAreNot) {
  const CommandResult result = loadstone({"explain", file("pools.yaml", kPools)});
  EXPECT_THAT(result.out, HasSubstr("flows.go.steps.0.cpu = 1ms  (assumed, range x2"));
  EXPECT_THAT(result.out, Not(HasSubstr("params.size =")));
}

// 10 requests a second, each 2 ms of a connection, of which there are 4: full at 4 / 0.02 = 200 times that.
TEST(Explain, UnderAWorkloadTheBoundsAreCapacityOverDemand) {
  const std::string workload =
      file("ten.yaml",
           "workload: ten\nattributes: {tenant: uniform}\nscenarios: {s: {executor: constant-arrival-rate, "
           "exec: go, rate: 10/s, duration: 10s}}\n");
  const Json j = Json::parse(loadstone({"explain", file("pools.yaml", kPools), workload, "--json"}).out);
  for (const Json& row : j["bounds"]) {
    if (row["resource"] == "shared") {
      EXPECT_NEAR(row["demand_ms"].get<double>(), 2, 1e-9);
      EXPECT_NEAR(row["at_load"].get<double>(), 200, 1e-6);
      return;
    }
  }
  ADD_FAILURE() << "no bound for 'shared'";
}

TEST(Explain, SetChangesTheEffectiveFile) {
  const CommandResult result = loadstone({"explain", file("pools.yaml", kPools), "--set", "size=9"});
  EXPECT_THAT(result.out, HasSubstr("params: {size: 9}"));
}

}  // namespace
}  // namespace loadstone::test
