// `loadstone sweep` as a user sees it: which points there are, what is in rows.csv and JSON, and what is kept when it
// is cut short.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/command.hpp"

namespace loadstone::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Json = nlohmann::json;

constexpr const char* kTopology = R"(
topology: desk
params:
  clerks: {value: 2, status: documented}
  each: {value: 10ms, status: documented}
resources:
  clerk: {kind: station, servers: $clerks, service: $each}
flows:
  serve: {steps: [{visit: clerk}]}
)";
constexpr const char* kWorkload =
    "workload: even\nscenarios: {load: {executor: constant-arrival-rate, exec: serve, arrival: even, rate: 100/s, "
    "duration: 10s}}\n";

std::vector<std::vector<std::string>> cells(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream parts(line);
    rows.emplace_back();
    for (std::string cell; std::getline(parts, cell, ',');) {
      rows.back().push_back(cell);
    }
  }
  return rows;
}

// The cells of a column, without its head.
std::vector<std::string> column(const std::string& csv, const std::string& name) {
  const auto rows = cells(csv);
  const auto at = std::find(rows[0].begin(), rows[0].end(), name) - rows[0].begin();
  std::vector<std::string> values;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    values.push_back(rows[i].at(static_cast<std::size_t>(at)));
  }
  return values;
}

class Sweep : public testing::Test {
 protected:
  [[nodiscard]] CommandResult sweep(std::vector<std::string> more, const CommandOptions& options = {}) const {
    std::vector<std::string> arguments{"sweep", topology_, workload_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return loadstone(arguments, options);
  }

  std::string topology_ = file("desk.yaml", kTopology);
  std::string workload_ = file("even.yaml", kWorkload);
  std::string out_ = fresh_directory("out");
};

TEST_F(Sweep, ARangeAndAListGiveEveryCombinationLastAxisFastest) {
  const CommandResult result = sweep({"--grid", "clerks=2..6:2", "--grid", "each=5ms,10ms", "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, IsEmpty());
  const Json j = Json::parse(result.out);
  std::vector<std::string> points;
  for (const Json& point : j["points"]) {
    points.push_back(point["varied"]["clerks"].get<std::string>() + " " + point["varied"]["each"].get<std::string>());
  }
  EXPECT_THAT(points, ElementsAre("2 5ms", "2 10ms", "4 5ms", "4 10ms", "6 5ms", "6 10ms"));
  EXPECT_EQ(j["complete"], true);
}

// 100 requests a second of 10 ms each keep one clerk busy: 1/2, 1/4.
TEST_F(Sweep, EachPointRunsWithItsOwnValues) {
  const Json j = Json::parse(sweep({"--grid", "clerks=2,4", "--json"}).out);
  EXPECT_NEAR(j["points"][0]["resources"]["clerk"]["utilization"]["value"].get<double>(), 0.5, 0.002);
  EXPECT_NEAR(j["points"][1]["resources"]["clerk"]["utilization"]["value"].get<double>(), 0.25, 0.002);
}

TEST_F(Sweep, APointSaysWhatARunOfItSays) {
  const Json swept = Json::parse(sweep({"--grid", "clerks=3", "--grid", "load=2", "--json"}).out)["points"][0];
  const Json run =
      Json::parse(loadstone({"run", topology_, workload_, "--set", "clerks=3", "--load", "2", "--json"}).out);
  for (const char* key : {"fingerprint", "flows", "resources", "verdict"}) {
    EXPECT_EQ(swept[key], run[key]) << key;
  }
}

TEST_F(Sweep, RowsAreSortedByPointAndReplicationWhateverTheThreads) {
  ASSERT_EQ(sweep({"--grid", "clerks=2,4,8", "--replications", "3", "--threads", "1", "--out", out_}).exit_code, 0);
  const std::string one = text_of(out_ + "/rows.csv");
  EXPECT_THAT(column(one, "point"), ElementsAre("0", "0", "0", "1", "1", "1", "2", "2", "2"));
  EXPECT_THAT(column(one, "replication"), ElementsAre("0", "1", "2", "0", "1", "2", "0", "1", "2"));
  EXPECT_THAT(column(one, "clerks"), ElementsAre("2", "2", "2", "4", "4", "4", "8", "8", "8"));
  EXPECT_THAT(column(one, "serve.latency_ms.max")[0], StartsWith("10"));
  const std::string again = fresh_directory("again");
  ASSERT_EQ(sweep({"--grid", "clerks=2,4,8", "--replications", "3", "--threads", "4", "--out", again}).exit_code, 0);
  EXPECT_EQ(text_of(again + "/rows.csv"), one);
  EXPECT_EQ(text_of(again + "/result.json"), text_of(out_ + "/result.json"));
}

TEST_F(Sweep, TheManifestAloneHoldsTheClock) {
  ASSERT_EQ(sweep({"--grid", "clerks=2", "--out", out_}).exit_code, 0);
  const Json manifest = Json::parse(text_of(out_ + "/manifest.json"));
  EXPECT_TRUE(manifest.contains("started") && manifest.contains("wall_s"));
  EXPECT_EQ(manifest["arguments"][0], "sweep");
  EXPECT_FALSE(std::filesystem::exists(out_ + "/rows.partial.csv"));
  EXPECT_FALSE(std::filesystem::exists(out_ + "/.loadstone.lock"));
}

TEST_F(Sweep, TheOtherMethodFindsACapacityForEachPoint) {
  const CommandResult result = sweep({"--grid", "clerks=2,4", "--method", "saturate", "--depth", "1", "--out", out_});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string csv = text_of(out_ + "/rows.csv");
  EXPECT_THAT(column(csv, "first"), ElementsAre("clerk", "clerk"));
  EXPECT_NEAR(std::stod(column(csv, "at")[0]), 2, 0.1);  // 2 clerks at 100 a second each, of 100 a second
  EXPECT_NEAR(std::stod(column(csv, "at")[1]), 4, 0.2);
}

// --- experiment files -----------------------------------------------------------------------------------------------

TEST_F(Sweep, AnExperimentFileSaysTheSameAsTheCommandLine) {
  const std::string experiment =
      file("e.yaml",
           "experiment: clerks\ntopologies: [desk.yaml]\nworkload: even.yaml\ngrid: {clerks: [2, 4]}\n"
           "replications: 3\nseed: 7\n");
  const CommandResult from_file = loadstone({"sweep", experiment, "--json"});
  ASSERT_EQ(from_file.exit_code, 0) << from_file.err;
  Json a = Json::parse(from_file.out);
  const Json b = Json::parse(sweep({"--grid", "clerks=2,4", "--replications", "3", "--seed", "7", "--json"}).out);
  EXPECT_EQ(a["experiment"], "clerks");
  a["experiment"] = nullptr;
  EXPECT_EQ(a, b);
}

TEST_F(Sweep, CasesGoByName) {
  const std::string experiment =
      file("c.yaml",
           "experiment: sizes\npoints: {base: {topology: desk.yaml, set: {each: 20ms}}}\nworkload: even.yaml\n"
           "cases: {small: {clerks: 4}, large: {clerks: 8, load: 2}}\n");
  const Json j = Json::parse(loadstone({"sweep", experiment, "--json"}).out);
  ASSERT_THAT(j["points"], SizeIs(2));
  EXPECT_EQ(j["points"][0]["case"], "small");
  EXPECT_EQ(j["points"][1]["load"], 2.0);
  EXPECT_NEAR(j["points"][0]["resources"]["clerk"]["utilization"]["value"].get<double>(), 0.5, 0.005);
  EXPECT_NEAR(j["points"][1]["resources"]["clerk"]["utilization"]["value"].get<double>(), 0.5, 0.005);
}

TEST_F(Sweep, WhatIsWrongInAnExperimentHasItsPlace) {
  const std::string experiment = file("wrong.yaml",
                                      "experiment: x\ntopologies: [desk.yaml]\nworkload: even.yaml\n"
                                      "grid: {clerks: 4..2:1}\nmethdo: run\n");
  const CommandResult result = loadstone({"sweep", experiment});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("wrong.yaml:4:16: error: '4..2:1' has no values"));
  EXPECT_THAT(result.err, HasSubstr("wrong.yaml:5:1: error: unknown key 'methdo'"));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'method'?"));
}

// --- what cannot be done, and what is cut short --------------------------------------------------------------------

TEST_F(Sweep, AnAxisThatIsNotThereOrDoesNotFitIsRefusedBeforeAnythingRuns) {
  EXPECT_THAT(sweep({"--grid", "clerk=2"}).err, HasSubstr("did you mean 'clerks'?"));
  EXPECT_THAT(sweep({"--grid", "clerks=2,3s"}).err, HasSubstr("at the point with clerks = 3s"));
  EXPECT_THAT(sweep({"--grid", "load=0"}).err, HasSubstr("a load must be a number above 0"));
  EXPECT_THAT(sweep({"--grid", "clerks=1..100000:1"}).err, HasSubstr("more than 10000 values"));
  EXPECT_THAT(sweep({"--grid", "clerks=1..200:1", "--grid", "each=1ms..100ms:1ms"}).err, HasSubstr("20000 points"));
  EXPECT_EQ(sweep({"--grid", "clerks"}).exit_code, 2);
}

TEST_F(Sweep, ADirectoryThatHoldsSomethingIsLeftAlone) {
  ASSERT_EQ(sweep({"--grid", "clerks=2", "--out", out_}).exit_code, 0);
  const std::string before = text_of(out_ + "/rows.csv");
  const CommandResult second = sweep({"--grid", "clerks=3", "--out", out_});
  EXPECT_EQ(second.exit_code, 2);
  EXPECT_THAT(second.err, HasSubstr("already; --out needs a new or an empty directory"));
  EXPECT_EQ(text_of(out_ + "/rows.csv"), before);
}

class CutShort : public Sweep {
 protected:
  // Long enough not to end before the signal: a million requests for each of 20 points.
  [[nodiscard]] CommandResult cut(int signal) const {
    return sweep({"--grid", "clerks=101..120:1", "--grid", "load=100", "--replications", "10", "--out", out_},
                 {.environment = {}, .out_to = {}, .signal = signal, .signal_when = out_ + "/rows.partial.csv"});
  }
};

TEST_F(CutShort, InterruptKeepsWhatIsFinishedAndSaysSo) {
  const CommandResult result = cut(SIGINT);
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err, HasSubstr("interrupted; the runs that were finished are in"));
  const std::size_t rows = cells(text_of(out_ + "/rows.csv")).size();
  EXPECT_GE(rows, 1U);
  EXPECT_LT(rows, 201U);
  EXPECT_EQ(Json::parse(text_of(out_ + "/result.json"))["complete"], false);
}

TEST_F(CutShort, TerminateIsAnInterruptWithAnotherExitCode) {
  EXPECT_EQ(cut(SIGTERM).exit_code, 143);
}

// Nothing is lost but the runs in flight: the journal holds whole lines of the others.
TEST_F(CutShort, AKilledSweepLeavesItsJournal) {
  EXPECT_EQ(cut(SIGKILL).exit_code, 128 + SIGKILL);
  const std::string journal = text_of(out_ + "/rows.partial.csv");
  EXPECT_THAT(journal, StartsWith("point,topology,workload,case,clerks,load"));
  EXPECT_EQ(journal.back(), '\n');
}

}  // namespace
}  // namespace loadstone::test
