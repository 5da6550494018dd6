// `loadstone sensitivity` as a user sees it. Arrivals are even and services constant, so all capacities are algebra.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"

namespace loadstone::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Json = nlohmann::json;

// Of 50 requests a second the scanner (12 ms) carries 83.3, the clerk (5 .. 20 ms) 200 .. 50.
constexpr const char* kTopology = R"(
topology: desk
resources:
  clerk:
    kind: station
    servers: {value: 1, status: documented}
    service: {value: 10ms, status: assumed, range: x2}
  scanner:
    kind: station
    servers: {value: 1, status: documented}
    service: {value: 12ms, status: measured, source: a stop watch}
flows:
  serve: {steps: [{visit: clerk}, {visit: scanner}]}
)";
constexpr const char* kWorkload =
    "workload: even\nscenarios: {load: {executor: constant-arrival-rate, exec: serve, arrival: even, rate: 50/s, "
    "duration: 10s}}\n";

class SensitivityCommand : public testing::Test {
 protected:
  [[nodiscard]] CommandResult sensitivity(std::vector<std::string> more, const CommandOptions& options = {}) const {
    std::vector<std::string> arguments{"sensitivity", topology_, workload_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return loadstone(arguments, options);
  }

  std::string topology_ = file("desk.yaml", kTopology);
  std::string workload_ = file("even.yaml", kWorkload);
};

TEST_F(SensitivityCommand, SaysWhichGuessTurnsTheVerdict) {
  const CommandResult result = sensitivity({"--samples", "0", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json j = Json::parse(result.out);
  EXPECT_EQ(j["as_written"]["first"], "scanner");
  EXPECT_NEAR(j["as_written"]["at"]["value"].get<double>(), 1 / 0.6, 0.03);
  ASSERT_THAT(j["guesses"], SizeIs(1));
  const Json& guess = j["guesses"][0];
  EXPECT_EQ(guess["path"], "resources.clerk.service");
  EXPECT_EQ(guess["low"]["value"], "5ms");
  EXPECT_EQ(guess["low"]["first"], "scanner");
  EXPECT_EQ(guess["high"]["value"], "20ms");
  EXPECT_EQ(guess["high"]["first"], "clerk");
  EXPECT_NEAR(guess["high"]["at"]["value"].get<double>(), 1, 0.02);
  EXPECT_EQ(guess["flips"], true);
}

// The clerk is first where it takes more than 12 ms: for 5 ms x 4^u with u above log4(2.4) = 0.63.
TEST_F(SensitivityCommand, SaysInWhichShareOfTheRangesWhatIsFirst) {
  const CommandResult result = sensitivity({"--samples", "20", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json together = Json::parse(result.out)["together"];
  EXPECT_EQ(together["samples"], 20);
  EXPECT_EQ(together["first"][0]["resource"], "scanner");
  EXPECT_EQ(together["first"][1]["resource"], "clerk");
  EXPECT_NEAR(together["first"][1]["share"].get<double>(), 0.37, 0.051);

  const Json robustness = Json::parse(result.out)["robustness"];
  EXPECT_EQ(robustness["first"], "scanner");
  EXPECT_EQ(robustness["share"], together["first"][0]["share"]);
  EXPECT_EQ(robustness["flipped_by"], Json({"resources.clerk.service"}));
}

TEST_F(SensitivityCommand, IsTheSameForAnyNumberOfThreads) {
  EXPECT_EQ(sensitivity({"--samples", "6", "--json", "--threads", "1"}).out,
            sensitivity({"--samples", "6", "--json", "--threads", "3"}).out);
}

TEST_F(SensitivityCommand, ShowsItToAPerson) {
  const CommandResult result = sensitivity({"--samples", "4"});
  EXPECT_THAT(result.out, StartsWith("scanner FIRST at load 1.6"));
  EXPECT_THAT(result.out, HasSubstr("1 of 1 guesses would change which it is"));
  EXPECT_THAT(result.out, HasSubstr("resources.clerk.service          5ms: 1.67       20ms: 1 clerk"));
}

TEST_F(SensitivityCommand, WhatIsGivenIsNoGuess) {
  const std::string topology = file("given.yaml", R"(
topology: desk
params: {each: 10ms}
resources: {clerk: {kind: station, servers: {value: 1, status: documented}, service: $each}}
flows: {serve: {steps: [{visit: clerk}]}}
)");
  const CommandResult result =
      loadstone({"sensitivity", topology, workload_, "--set", "each=20ms", "--samples", "2", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(Json::parse(result.out)["guesses"], SizeIs(0));
}

}  // namespace
}  // namespace loadstone::test
