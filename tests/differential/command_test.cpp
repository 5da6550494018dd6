// `--engine simgrid` as a user gives it, to every command that simulates.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kDesk = R"(
topology: desk
params: {seats: 2}
resources: {desk: {kind: station, servers: $seats, service: exponential(80ms)}}
flows: {ask: {steps: [{visit: desk}]}}
)";
constexpr const char* kCallers = R"(
workload: callers
warmup: 5s
scenarios: {calls: {executor: constant-arrival-rate, exec: ask, rate: 15/s, duration: 30s}}
)";
constexpr const char* kBox = R"(
topology: box
hosts: {vps: {cores: 2}}
resources: {web: {kind: service, host: vps, workers: 8}, wire: {kind: link, rtt: 1ms, bandwidth: 10MB/s}}
flows: {page: {service: web, steps: [{cpu: exponential(5ms)}, {transfer: {link: wire, bytes: 20kB}}]}}
)";
constexpr const char* kVisitors = R"(
workload: visitors
warmup: 5s
scenarios: {visits: {executor: constant-arrival-rate, exec: page, rate: 200/s, duration: 20s}}
)";

class EngineCommand : public testing::Test {
 protected:
  static std::string ran(std::vector<std::string> arguments, const char* engine) {
    arguments.insert(arguments.end(), {"--engine", engine});
    const CommandResult result = loadstone(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  }

  // What both engines say in JSON is the same but for the engine's name.
  static void expect_same(const std::vector<std::string>& arguments) {
    Json native = Json::parse(ran(arguments, "native"));
    Json simgrid = Json::parse(ran(arguments, "simgrid"));
    EXPECT_EQ(native["engine"], "native");
    EXPECT_EQ(simgrid["engine"], "simgrid");
    native.erase("engine");
    simgrid.erase("engine");
    EXPECT_EQ(native, simgrid);
  }

  std::string desk_ = file("desk.yaml", kDesk);
  std::string callers_ = file("callers.yaml", kCallers);
  std::string box_ = file("box.yaml", kBox);
  std::string visitors_ = file("visitors.yaml", kVisitors);
};

TEST_F(EngineCommand, RunSaysTheSameWhereOnlyTimersDecide) {
  expect_same({"run", desk_, callers_, "--replications", "3", "--json", "--set", "seats=3"});
}

TEST_F(EngineCommand, SaturateSaysTheSameWhereOnlyTimersDecide) {
  expect_same({"saturate", desk_, callers_, "--replications", "3", "--depth", "1", "--json", "--threads", "2"});
}

TEST_F(EngineCommand, SaturateAlongAParameterSaysTheSame) {
  expect_same({"saturate", desk_, callers_, "--axis", "seats", "--replications", "2", "--depth", "1", "--json",
               "--load", "2", "--from", "2", "--to", "20"});
}

TEST_F(EngineCommand, CoresAndLinksAreSharedAlike) {
  const std::vector<std::string> arguments{"run", box_, visitors_, "--replications", "2", "--json"};
  const Json native = Json::parse(ran(arguments, "native"));
  const Json simgrid = Json::parse(ran(arguments, "simgrid"));
  EXPECT_EQ(native["flows"]["page"]["completed"], simgrid["flows"]["page"]["completed"]);
  const double mean = native["flows"]["page"]["latency_ms"]["mean"]["value"];
  EXPECT_GT(mean, 8);  // 5 ms of work and 2 ms of bytes, shared, and a round trip
  EXPECT_NEAR(simgrid["flows"]["page"]["latency_ms"]["mean"]["value"], mean, 1e-4 * mean);
  for (const char* resource : {"vps.cpu", "wire"}) {
    const double used = native["resources"][resource]["utilization"]["value"];
    EXPECT_NEAR(simgrid["resources"][resource]["utilization"]["value"], used, 1e-4) << resource;
  }
}

TEST_F(EngineCommand, ASweepTakesNoRunOfTheOtherEngineForItsOwn) {
  const std::string out = fresh_directory("engine-sweep");
  const std::vector<std::string> arguments{"sweep",          desk_, callers_, "--grid", "seats=2,3",
                                           "--replications", "2",   "--out",  out};
  ran(arguments, "simgrid");
  const std::string rows = text_of(out + "/rows.csv");
  EXPECT_GT(rows.size(), 100U);
  for (const auto& [engine, has] : {std::pair("simgrid", true), std::pair("native", false)}) {
    std::vector<std::string> again = arguments;
    again.insert(again.end(), {"--engine", engine});
    const CommandResult result = loadstone(again);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err.find("4 of 4 runs were in") != std::string::npos, has) << result.err;
    EXPECT_EQ(text_of(out + "/rows.csv"), rows);
  }
}

TEST_F(EngineCommand, AFileThatAWorkloadNamesIsReadOnce) {
  static_cast<void>(file("calls.csv", "time_s,flow\n0,ask\n0.5,ask\n0.5,ask\n2,ask\n"));
  const std::string traced = file("traced.yaml",
                                  "workload: traced\nwarmup: 0s\n"
                                  "scenarios: {calls: {executor: trace, trace: calls.csv}}\n");
  expect_same({"run", desk_, traced, "--replications", "2", "--json"});
}

TEST_F(EngineCommand, AnotherEngineIsRefused) {
  const CommandResult result = loadstone({"run", desk_, callers_, "--engine", "abacus"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("--engine"), std::string::npos) << result.err;
}

TEST_F(EngineCommand, ARunThatIsTooLongForTheClockIsRefused) {
  const std::string long_load = file("long.yaml",
                                     "workload: long\nwarmup: 0s\nscenarios: {calls: {executor: constant-arrival-rate, "
                                     "exec: ask, rate: 1/day, duration: 100d}}\n");
  const CommandResult result = loadstone({"run", desk_, long_load, "--replications", "1", "--engine", "simgrid"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("97 days"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace loadstone::test
