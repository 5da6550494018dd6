// `loadstone check` as a user sees it: verdicts from runs, what changes them, and what is wrong with a file.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"

namespace loadstone::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Json = nlohmann::json;

// Two clerks, 10 ms a customer, a customer every 10 ms: each clerk is busy half of the time and nobody waits. 200
// customers a second are what they can do.
constexpr const char* kTopology = R"(
topology: desk
params:
  clerks: {value: 2, status: documented}
  each: {value: 10ms, status: assumed, range: [8ms, 25ms]}
resources:
  clerk: {kind: station, servers: $clerks, service: $each}
flows:
  serve: {steps: [{visit: clerk}]}
)";
constexpr const char* kWorkload =
    "workload: even\nscenarios: {load: {executor: constant-arrival-rate, exec: serve, arrival: even, rate: 100/s, "
    "duration: 10s}}\n";
constexpr const char* kHead = R"(
experiment: desk
workload: even.yaml
replications: 2
points:
  now: {topology: desk.yaml}
  twice: {topology: desk.yaml, load: 2}
  most: {topology: desk.yaml, method: {saturate: {depth: 1}}}
  bound: {topology: desk.yaml, method: {bound: {axis: each, from: 1e6, to: 1e9}}}
expect:
)";

std::string claim(const std::string& id, const std::string& rest) {
  return "  - {id: " + id + ", claim: c, source: {document: d, section: s}, " + rest + "}\n";
}

class Check : public testing::Test {
 protected:
  // All claims are in one file; arguments come after it.
  [[nodiscard]] CommandResult check(const std::string& claims, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"check", file("claims.yaml", kHead + claims)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return loadstone(arguments);
  }
  // "id verdict" of each.
  [[nodiscard]] std::vector<std::string> verdicts(const std::string& claims) const {
    std::vector<std::string> found;
    const CommandResult result = check(claims, {"--json"});
    EXPECT_THAT(result.err, IsEmpty());
    const Json j = Json::parse(result.out);
    for (const Json& c : j["claims"]) {
      found.push_back(c["id"].get<std::string>() + " " + c["verdict"].get<std::string>());
    }
    return found;
  }

  // The same where the topology has that many clerks who take that long.
  [[nodiscard]] std::vector<std::string> verdicts_with(const std::string& clerks, const std::string& each) const;

  std::string topology_ = file("desk.yaml", kTopology);
  std::string workload_ = file("even.yaml", kWorkload);
};

const std::string kFour = claim("A", "that: resources.clerk.utilization@now == 50%") +
                          claim("B", "that: flows.serve.latency.max@now == 10ms") +
                          claim("C", "that: bound.at@bound within 1% of 20ms") +
                          claim("D", "first: clerk, point: most");

std::vector<std::string> Check::verdicts_with(const std::string& clerks, const std::string& each) const {
  std::string changed = kTopology;
  changed.replace(changed.find("value: 2"), 8, "value: " + clerks);
  changed.replace(changed.find("value: 10ms"), 11, "value: " + each);
  static_cast<void>(file("desk.yaml", changed));
  return verdicts(kFour);
}

TEST_F(Check, RunsSearchesAndBoundsDecide) {
  EXPECT_THAT(verdicts(kFour), testing::ElementsAre("A holds", "B holds", "C holds", "D holds"));
  EXPECT_EQ(check(kFour).exit_code, 0);
}

TEST_F(Check, AChangeOfTheTopologyFlipsVerdictsAndTheExitCode) {
  // Four clerks are a quarter busy, and could take 40 ms each; two who take 20 ms are busy all the time; three who do
  // are busy for two thirds of it, and could take 30 ms.
  EXPECT_THAT(verdicts_with("4", "10ms"), testing::ElementsAre("A fails", "B holds", "C fails", "D holds"));
  EXPECT_THAT(verdicts_with("2", "20ms"), testing::ElementsAre("A fails", "B fails", "C holds", "D holds"));
  EXPECT_THAT(verdicts_with("3", "20ms"), testing::ElementsAre("A fails", "B fails", "C fails", "D holds"));
  const CommandResult result = check(kFour);
  EXPECT_EQ(result.exit_code, 99);
  EXPECT_THAT(result.out, HasSubstr("3 verdicts are not the expected ones"));
}

TEST_F(Check, AVariedParameterIsRunAtBothEndsOfItsRange) {
  // 100 a second need 2 clerks at 10 ms and at 8 ms, but 2.5 at 25 ms.
  const std::string claims = claim("V", "that: resources.clerk.utilization@now < 90%, vary: [each]");
  EXPECT_THAT(verdicts(claims), testing::ElementsAre("V needs_measurement"));
  EXPECT_THAT(check(claims).out, HasSubstr("fails with each = 25ms"));
}

TEST_F(Check, WhatNothingLimitsIsBeyondWhereTheBoundLooked) {
  const std::string head = std::string(kHead).replace(std::string(kHead).find("to: 1e9"), 7, "to: 2e6");
  const std::string claims = claim("N", "that: bound.at@bound > 1900us");
  const CommandResult result = loadstone({"check", file("claims.yaml", head + claims)});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("bound.at@bound = 2ms .. anything above"));
}

TEST_F(Check, OnlyTheChosenClaimsAreDecided) {
  const CommandResult result = check(kFour, {"--only", "C", "--quiet"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, StartsWith("1 claim: holds 1"));
  EXPECT_EQ(check(kFour, {"--only", "X"}).exit_code, 2);
}

TEST_F(Check, TheCommandThatReproducesAClaimRuns) {
  const Json j = Json::parse(check(kFour, {"--json"}).out);
  EXPECT_EQ(j["claims"][0]["reproduce"], "loadstone run " + topology_ + " " + workload_ + " --replications 2 --seed 1");
  EXPECT_EQ(loadstone({"run", topology_, workload_, "--replications", "2", "--seed", "1"}).exit_code, 0);
}

TEST_F(Check, ResultsAreKeptAsTableAndPage) {
  const std::string out = fresh_directory("out");
  EXPECT_EQ(check(kFour, {"--out", out}).exit_code, 0);
  EXPECT_THAT(text_of(out + "/claims.csv"), HasSubstr("\nA,d,s,c,,holds,simulation,"));
  EXPECT_THAT(text_of(out + "/claims.md"), HasSubstr("| A | c (s) | holds | "));
}

TEST_F(Check, ThreadsChangeNothing) {
  EXPECT_EQ(check(kFour, {"--json", "--threads", "1"}).out, check(kFour, {"--json", "--threads", "2"}).out);
}

}  // namespace
}  // namespace loadstone::test
