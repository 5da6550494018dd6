// `loadstone sweep` as a user sees it: which points there are, what is in rows.csv and JSON, and what is kept when it
// is cut short.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
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

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    names.push_back(entry.path().filename());
  }
  return names;
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

TEST_F(Sweep, ADirectoryThatHoldsSomethingElseIsLeftAlone) {
  std::filesystem::create_directory(out_);
  std::ofstream(out_ + "/mine.txt") << "mine";
  const CommandResult result = sweep({"--grid", "clerks=3", "--out", out_});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("already; --out needs a new or an empty directory, or one of a sweep"));
  EXPECT_THAT(names_in(out_), ElementsAre("mine.txt"));
}

TEST_F(Sweep, AStoreThatIsNoneIsRefusedAndLeftAsItIs) {
  std::filesystem::create_directory(out_);
  std::ofstream(out_ + "/results.sqlite")
      << "not a database, but longer than the head of one would have to be: " << std::string(1000, 'x');
  const std::string before = text_of(out_ + "/results.sqlite");
  const CommandResult result = sweep({"--grid", "clerks=3", "--out", out_});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("results.sqlite: not an SQLite file"));
  EXPECT_EQ(text_of(out_ + "/results.sqlite"), before);
}

// --- going on -------------------------------------------------------------------------------------------------------

TEST_F(Sweep, TheSameAgainComputesNothingAndSaysTheSame) {
  ASSERT_EQ(sweep({"--grid", "clerks=2,4", "--replications", "3", "--out", out_}).exit_code, 0);
  const std::string rows = text_of(out_ + "/rows.csv");
  const std::string result = text_of(out_ + "/result.json");
  const CommandResult again = sweep({"--grid", "clerks=2,4", "--replications", "3", "--out", out_});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(again.err, "loadstone: 6 of 6 runs were in " + out_ + " already\n");
  EXPECT_EQ(text_of(out_ + "/rows.csv"), rows);
  EXPECT_EQ(text_of(out_ + "/result.json"), result);
}

TEST_F(Sweep, MoreValuesAndMoreReplicationsComputeOnlyWhatIsNew) {
  ASSERT_EQ(sweep({"--grid", "clerks=2,4", "--replications", "3", "--out", out_}).exit_code, 0);
  const CommandResult wider = sweep({"--grid", "clerks=2,3,4", "--replications", "5", "--out", out_});
  EXPECT_THAT(wider.err, HasSubstr("6 of 15 runs were in"));
  const std::string whole = fresh_directory("whole");
  ASSERT_EQ(sweep({"--grid", "clerks=2,3,4", "--replications", "5", "--out", whole}).exit_code, 0);
  EXPECT_EQ(text_of(out_ + "/rows.csv"), text_of(whole + "/rows.csv"));
  EXPECT_EQ(text_of(out_ + "/result.json"), text_of(whole + "/result.json"));
  // Fewer again: the others stay in the store and are not shown.
  const CommandResult fewer = sweep({"--grid", "clerks=3", "--replications", "2", "--out", out_});
  EXPECT_THAT(fewer.err, HasSubstr("2 of 2 runs were in"));
  EXPECT_THAT(column(text_of(out_ + "/rows.csv"), "clerks"), ElementsAre("3", "3"));
}

TEST_F(Sweep, WhateverAResultDependsOnMakesAnotherRun) {
  const auto there = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--grid", "clerks=2", "--replications", "1", "--out", out_});
    return sweep(more).err;
  };
  EXPECT_THAT(there({}), IsEmpty());
  EXPECT_THAT(there({}), HasSubstr("1 of 1"));
  EXPECT_THAT(there({"--seed", "2"}), IsEmpty());
  EXPECT_THAT(there({"--load", "2"}), IsEmpty());
  EXPECT_THAT(there({"--set", "each=5ms"}), IsEmpty());
  (void)file("desk.yaml", std::string(kTopology) + "hosts: {unused: {cores: 1}}\n");
  EXPECT_THAT(there({}), IsEmpty());
  (void)file("desk.yaml", std::string(kTopology) + "# and a comment is not\n");
  EXPECT_THAT(there({}), HasSubstr("1 of 1"));
}

TEST_F(Sweep, ATraceIsPartOfWhatARunDependsOn) {
  (void)file("visits.csv", "time_s,flow\n0.5,serve\n0.6,serve\n");
  const std::string replay =
      file("replay.yaml", "workload: replay\nwarmup: 0s\nscenarios: {seen: {executor: trace, trace: visits.csv}}\n");
  const auto there = [&] { return loadstone({"sweep", topology_, replay, "--replications", "1", "--out", out_}); };
  const CommandResult first = there();
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(there().err, HasSubstr("1 of 1"));
  (void)file("visits.csv", "time_s,flow\n0.5,serve\n0.7,serve\n");
  EXPECT_THAT(there().err, IsEmpty());
}

TEST_F(Sweep, SearchesAreKeptAsWell) {
  const std::vector<std::string> words{"--grid", "clerks=2,4", "--method", "saturate", "--depth", "1", "--out", out_};
  const CommandResult first = sweep(words);
  const std::string rows = text_of(out_ + "/rows.csv");
  const CommandResult again = sweep(words);
  EXPECT_THAT(again.err, HasSubstr("2 of 2 searches were in"));
  EXPECT_EQ(again.out, first.out);
  EXPECT_EQ(text_of(out_ + "/rows.csv"), rows);
}

TEST_F(Sweep, ShardsMergedAreTheWhole) {
  const std::vector<std::string> grid{"--grid", "clerks=2,3,4", "--replications", "3"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), grid.begin(), grid.end());
    return sweep(more);
  };
  ASSERT_EQ(with({"--out", out_}).exit_code, 0);
  std::vector<std::string> merge{"merge", "--out", fresh_directory("merged")};
  for (const char* shard : {"1/4", "2/4", "3/4", "4/4"}) {
    merge.push_back(fresh_directory(std::string("shard") + shard[0]));
    ASSERT_EQ(with({"--shard", shard, "--out", merge.back()}).exit_code, 0);
  }
  const CommandResult merged = loadstone(merge);
  EXPECT_EQ(merged.exit_code, 0) << merged.err;
  EXPECT_THAT(merged.out, StartsWith("9 of 9 rows are in"));
  EXPECT_EQ(text_of(merge[2] + "/rows.csv"), text_of(out_ + "/rows.csv"));
  // The whole result needs the files, and no run.
  EXPECT_THAT(with({"--out", merge[2]}).err, HasSubstr("9 of 9 runs were in"));
  EXPECT_EQ(text_of(merge[2] + "/result.json"), text_of(out_ + "/result.json"));
}

TEST_F(Sweep, OnlyShardsOfOneSweepAreMerged) {
  const std::string one = fresh_directory("one");
  const std::string other = fresh_directory("other");
  ASSERT_EQ(sweep({"--grid", "clerks=2,3", "--replications", "1", "--shard", "1/2", "--out", one}).exit_code, 0);
  ASSERT_EQ(sweep({"--grid", "clerks=2,4", "--replications", "1", "--shard", "2/2", "--out", other}).exit_code, 0);
  const CommandResult merged = loadstone({"merge", "--out", out_, one, other});
  EXPECT_EQ(merged.exit_code, 2);
  EXPECT_THAT(merged.err, HasSubstr("belongs to another sweep"));
  EXPECT_THAT(loadstone({"merge", "--out", out_, missing_file()}).err, HasSubstr("results.sqlite: no such file"));
  EXPECT_THAT(sweep({"--shard", "3/2", "--out", one}).err, HasSubstr("must be i/n with i from 1 to n, got '3/2'"));
}

// `mpirun` gives the same rows as threads, with as many ranks as one likes.
class SweepUnderMpi : public Sweep {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(std::string(command_path()) + "-mpi")) {
      GTEST_SKIP() << "built without MPI";
    }
  }
  [[nodiscard]] CommandResult mpirun(int ranks, std::vector<std::string> more) const {
    std::vector<std::string> words{"mpirun",  "-n",     std::to_string(ranks), command_path(), "sweep",
                                   topology_, workload_};
    words.insert(words.end(), more.begin(), more.end());
    CommandOptions options;
    options.environment = {"OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
                           "OMPI_MCA_rmaps_base_oversubscribe=1"};
    return command(words, options);
  }
};

TEST_F(SweepUnderMpi, OneTwoAndFourRanksGiveTheRowsOfThreads) {
  const std::vector<std::string> grid{"--grid", "clerks=2,3,4", "--replications", "3"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), grid.begin(), grid.end());
    return more;
  };
  ASSERT_EQ(sweep(with({"--out", out_})).exit_code, 0);
  for (const int ranks : {1, 2, 4}) {
    const std::string out = fresh_directory("ranks");
    const CommandResult result = mpirun(ranks, with({"--out", out}));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, StartsWith("SWEEP of 3 points, seed 1"));
    EXPECT_EQ(text_of(out + "/rows.csv"), text_of(out_ + "/rows.csv")) << ranks;
    EXPECT_EQ(text_of(out + "/result.json"), text_of(out_ + "/result.json")) << ranks;
  }
}

TEST_F(SweepUnderMpi, CapacitiesAreSearchedByRanksAsWell) {
  const std::vector<std::string> words{"--grid", "clerks=2,4", "--method", "saturate", "--depth", "1", "--json"};
  EXPECT_EQ(mpirun(3, words).out, sweep(words).out);
}

TEST_F(SweepUnderMpi, WhatIsWrongIsSaidOnceAndEndsAllRanks) {
  const CommandResult result = mpirun(3, {"--grid", "clerk=2"});
  EXPECT_EQ(result.exit_code, 2);
  const auto first = result.err.find("unknown parameter 'clerk'");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(result.err.find("unknown parameter 'clerk'", first + 1), std::string::npos);
}

TEST_F(SweepUnderMpi, ADirectoryThatCannotBeUsedEndsAllRanks) {
  std::filesystem::create_directory(out_);
  std::ofstream(out_ + "/mine.txt") << "mine";
  const CommandResult result = mpirun(3, {"--grid", "clerks=2", "--out", out_});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("holds 'mine.txt' already"));
}

// --- what is cut short ----------------------------------------------------------------------------------------------

class CutShort : public Sweep {
 protected:
  // Long enough not to end before the signal, which comes when a few runs are in the store's log.
  [[nodiscard]] CommandResult cut(int signal) const {
    return sweep(grid_, {.environment = {},
                         .out_to = {},
                         .signal = signal,
                         .signal_when = out_ + "/results.sqlite-wal",
                         .signal_when_bytes = 400'000});
  }
  [[nodiscard]] std::size_t rows() const { return cells(text_of(out_ + "/rows.csv")).size() - 1; }

  std::vector<std::string> grid_{"--grid", "clerks=101..120:1", "--grid", "load=10", "--out", out_};
};

TEST_F(CutShort, InterruptKeepsWhatIsFinishedAndSaysSo) {
  const CommandResult result = cut(SIGINT);
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err, HasSubstr("interrupted; what was finished is in " + out_));
  EXPECT_GE(rows(), 1U);
  EXPECT_LT(rows(), 200U);
  EXPECT_EQ(Json::parse(text_of(out_ + "/result.json"))["complete"], false);
}

TEST_F(CutShort, TerminateIsAnInterruptWithAnotherExitCode) {
  EXPECT_EQ(cut(SIGTERM).exit_code, 143);
}

// Nothing is lost but the runs in flight, and the same command goes on.
TEST_F(CutShort, AKilledSweepGoesOn) {
  ASSERT_EQ(cut(SIGKILL).exit_code, 128 + SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(out_ + "/rows.csv"));
  const CommandResult rest = sweep(grid_);
  EXPECT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_THAT(rest.err, MatchesRegex("loadstone: [1-9][0-9]* of 200 runs were in .* already\n"));
  const std::string whole = fresh_directory("whole");
  grid_.back() = whole;
  ASSERT_EQ(sweep(grid_).exit_code, 0);
  EXPECT_EQ(text_of(out_ + "/rows.csv"), text_of(whole + "/rows.csv"));
  EXPECT_EQ(text_of(out_ + "/result.json"), text_of(whole + "/result.json"));
}

}  // namespace
}  // namespace loadstone::test
