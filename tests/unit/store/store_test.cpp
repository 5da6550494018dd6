// The store: what is put is found, by key; who may use the file; what of it is rows.
#include "src/store/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>

#include "src/store/key.hpp"
#include "tests/support/command.hpp"

namespace loadstone::test {
namespace {

using report::RunRow;
using report::SweepPlan;
using store::Store;
using store::StoreRefused;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

SweepPlan plan_of_two() {
  return {.experiment = "e",
          .method = Method::run,
          .seed = UINT64_MAX,
          .replications = 2,
          .varied = {"size", "o'clock \"x\""},
          .flows = {"b", "a"},
          .resources = {"pool"},
          .points = {{"k0", "t", "w", "", {{"size", "1"}, {"o'clock \"x\"", "it's"}}}, {"k1", "t", "w", "big", {}}}};
}

RunRow a_row(std::size_t replication) {
  RunRow row;
  row.seed = 3;
  row.replication = replication;
  row.simulated_s = 1.5;
  row.events = 7;
  row.fingerprint = "f";
  row.flows["a"] = std::vector<double>(report::flow_figures().size(), 0.1);
  row.flows["a"][1] = NAN;
  row.resources["pool"] = std::vector<double>(report::resource_figures().size(), 2);
  return row;
}

std::string rows_of(const Store& store) {
  std::string text;
  store.write_rows([&](const std::string& line) { text += line; });
  return text;
}

class StoreTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_); }
  std::string directory_ = fresh_directory("store");
  std::string path_ = directory_ + "/results.sqlite";
};

TEST_F(StoreTest, WhatIsPutIsFoundAgainByAnotherProcess) {
  {
    Store store(path_);
    EXPECT_EQ(store.plan(), std::nullopt);
    store.set_plan(plan_of_two());
    store.put("k0", a_row(1), std::string("by\0tes", 6));
  }
  const Store store(path_);
  EXPECT_EQ(store.plan(), plan_of_two());
  EXPECT_EQ(store.bytes("k0", 1), std::string("by\0tes", 6));
  EXPECT_THAT(store.has_runs("k0", 3), ElementsAre(false, true, false));
  EXPECT_THAT(store.has_runs("k1", 1), ElementsAre(false));
}

TEST_F(StoreTest, ARunThatIsThereIsLeftAsItIs) {
  Store store(path_);
  store.put("k0", a_row(0), "first");
  store.put("k0", a_row(0), "second");
  EXPECT_EQ(store.bytes("k0", 0), "first");
}

TEST_F(StoreTest, RowsAreThoseOfThePlanInItsOrder) {
  Store store(path_);
  store.set_plan(plan_of_two());
  store.put("k1", a_row(1), "x");
  store.put("k0", a_row(2), "x");  // more than the plan wants
  store.put("k0", a_row(0), "x");
  store.put("elsewhere", a_row(0), "x");
  const std::string rows = rows_of(store);
  EXPECT_THAT(rows, testing::StartsWith("point,topology,workload,case,size,\"o'clock \"\"x\"\"\",seed,replication,"
                                        "simulated_s,events,fingerprint,b.offered,"));
  EXPECT_THAT(rows, HasSubstr("\n0,t,w,,1,it's,3,0,1.5,7,f,,,,,,,,,,,,0.1,,0.1,"));
  EXPECT_THAT(rows, HasSubstr("\n1,t,w,big,,,3,1,1.5,7,f,"));
  EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 3);
}

// What the guide shows.
TEST_F(StoreTest, TheViewJoinsWhatVariesWithTheFigures) {
  {
    Store store(path_);
    store.set_plan(plan_of_two());
    store.put("k0", a_row(0), "x");
    store.put("k0", a_row(1), "x");
  }
  SQLite::Database db(path_);
  SQLite::Statement query(db,
                          "SELECT size, \"o'clock \"\"x\"\"\", count(*), avg(latency_ms_p95), avg(utilization) FROM "
                          "rows JOIN flows USING (run) JOIN resources USING (run) GROUP BY size");
  ASSERT_TRUE(query.executeStep());
  EXPECT_EQ(query.getColumn(0).getString(), "1");
  EXPECT_EQ(query.getColumn(1).getString(), "it's");
  EXPECT_EQ(query.getColumn(2).getInt(), 2);
  EXPECT_EQ(query.getColumn(3).getDouble(), 0.1);
  EXPECT_EQ(query.getColumn(4).getDouble(), 2);
}

TEST_F(StoreTest, ASearchComesBackWithAndWithoutItsInterval) {
  Store store(path_);
  report::SearchRow row;
  row.first = "pool";
  row.at = {.value = 2.5, .ci = Interval{2.4, 2.6}, .why = {}};
  row.throughput_per_s = {.value = INFINITY, .ci = {}, .why = {}};
  store.put("k", row);
  const auto found = store.search("k");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->at.value, 2.5);
  EXPECT_EQ(found->at.ci, (Interval{2.4, 2.6}));
  EXPECT_EQ(found->throughput_per_s.value, INFINITY);
  EXPECT_EQ(found->throughput_per_s.ci, std::nullopt);
  EXPECT_EQ(found->first, "pool");
  EXPECT_FALSE(store.has_search("other"));
}

TEST_F(StoreTest, ASecondWriterIsRefused) {
  const Store store(path_);
  try {
    const Store second(path_);
    FAIL();
  } catch (const StoreRefused& refused) {
    EXPECT_EQ(refused.what(), path_ + ": another loadstone is writing there");
  }
}

TEST_F(StoreTest, AFileOfAnotherProgramOrVersionIsRefused) {
  const auto refusal = [&]() -> std::string {
    try {
      const Store store(path_);
    } catch (const StoreRefused& refused) {
      return refused.what();
    }
    return "";
  };
  SQLite::Database(path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE mine (a)");
  EXPECT_THAT(refusal(), HasSubstr("an SQLite file, but not of loadstone"));
  std::filesystem::remove(path_);
  { const Store made(path_); }
  SQLite::Database(path_, SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
  EXPECT_THAT(refusal(), HasSubstr("made by another version of loadstone"));
}

TEST_F(StoreTest, MergingAddsWhatIsNewAndIsTheSameTwice) {
  const std::string other_path = directory_ + "/other.sqlite";
  {
    Store other(other_path);
    other.set_plan(plan_of_two());
    other.put("k0", a_row(0), "theirs");
    other.put("k1", a_row(1), "theirs");
  }
  Store store(path_);
  store.set_plan(plan_of_two());
  store.put("k0", a_row(0), "mine");
  store.merge(other_path);
  store.merge(other_path);
  EXPECT_EQ(store.bytes("k0", 0), "mine");
  EXPECT_EQ(store.bytes("k1", 1), "theirs");
  EXPECT_THAT(rows_of(store), HasSubstr("\n1,t,w,big,,,3,1,1.5,7,f,,,,,,,,,,,,0.1,,0.1,"));
}

TEST(Key, IsTheUuidOfItsTextAndOfNoOther) {
  EXPECT_EQ(store::key_of("a"), store::key_of("a"));
  EXPECT_NE(store::key_of("a"), store::key_of("b"));
  EXPECT_EQ(store::key_of("a").size(), 36U);
  EXPECT_EQ(store::key_of("a")[14], '5');
}

}  // namespace
}  // namespace loadstone::test
