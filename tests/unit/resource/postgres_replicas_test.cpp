// Replicas, reserved slots and contention, of the kind `postgres`.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

std::string database(const std::string& keys, const std::string& flows) {
  return "topology: t\nresources:\n  db: {kind: postgres" + keys +
         "}\n  pool: {kind: connection_pool, driver: psycopg, server: db, min_size: 50}\nflows:\n" + flows;
}

// --- reads --------------------------------------------------------------------------------------------------------

std::string lone(const std::string& keys) {
  return flows_named({"go"}, "{query: {pool: pool, cpu: 10ms, " + keys + "}}");
}

TEST(PostgresReplicas, TakeLoneReadsWhereTheyAreToldTo) {
  const auto cores_used = [](const std::string& keys, const std::string& query) {
    const SeenRun seen(database(", cores: 1, replicas: 1" + keys, lone(query)), {{}});
    return seen.used_ms("db.cpu");
  };
  EXPECT_EQ(cores_used(", reads: replicas", "access: read"), 0);
  EXPECT_EQ(cores_used(", reads: primary", "access: read"), 10);
  EXPECT_EQ(cores_used("", "access: read"), 10);
  EXPECT_EQ(cores_used(", reads: replicas", "access: write"), 10);
  EXPECT_EQ(cores_used(", reads: replicas", "access: read, commit: true"), 10);
  EXPECT_EQ(cores_used(", reads: replicas", "access: read, locks: [{row: 1}]"), 10);
}

// In a transaction they see what it has written, so they stay with it.
TEST(PostgresReplicas, TakeNoReadsOfATransaction) {
  const auto cores_used = [](const std::string& transaction) {
    const SeenRun seen(database(", cores: 1, replicas: 1, reads: replicas",
                                flows_named({"go"}, "{hold: {pool: pool, transaction: " + transaction +
                                                        "}, do: [{query: {cpu: 10ms, access: read}}]}")),
                       {{}});
    return seen.used_ms("db.cpu");
  };
  EXPECT_EQ(cores_used("true"), 10);
  EXPECT_EQ(cores_used("false"), 0);
}

// A thousand reads of 10 ms, one after the other, on four replicas: each takes its share, and together they take 10 s.
TEST(PostgresReplicas, ShareTheReads) {
  const SeenRun seen(database(", cores: 1, replicas: 4, reads: replicas", lone("access: read")),
                     {{.count = 1000, .every = "1s"}});
  EXPECT_EQ(seen.used_ms("db.replicas.cpu"), 10'000);
  EXPECT_EQ(seen.row("db.replicas.cpu").members, 4u);
  const double share = static_cast<double>(seen.row("db.replicas.cpu").worst.arrivals) / 1000;
  EXPECT_NEAR(share, 0.25, 4 * std::sqrt(0.25 * 0.75 / 1000));  // four standard deviations
}

// --- lag ----------------------------------------------------------------------------------------------------------

// 2 MB at 100 MB/s: replayed from 1 to 21 ms. Of four reads the two in between are stale.
TEST(PostgresReplicas, CountReadsThatTheyAreBehindFor) {
  const SeenRun seen(database(", cores: 4, replicas: 1, reads: replicas, replay_rate: 100MB/s",
                              flows_named({"write"}, "{query: {pool: pool, commit: true, wal: 2MB}}") +
                                  flows_named({"read"}, "{query: {pool: pool, cpu: 1ms, access: read}}")),
                     {{.flow = "write"},
                      {.flow = "read", .at = "0.5ms"},
                      {.flow = "read", .at = "2ms"},
                      {.flow = "read", .at = "20ms"},
                      {.flow = "read", .at = "22ms"}});
  ASSERT_EQ(seen.loaded.model.marks, std::vector<std::string>{"db.stale_reads"});
  EXPECT_EQ(seen.o.marks.front(), 2u);
  EXPECT_EQ(seen.used_ms("db.replay"), 20);
  EXPECT_EQ(seen.max_ms("write"), 1);
}

// What is written is drawn as the query's own, and it counts without a commit of its own, too.
TEST(PostgresReplicas, ReplayWhatIsWritten) {
  const SeenRun seen(
      database(", replicas: 2, replay_rate: 1MB/s", flows_named({"go"}, "{query: {pool: pool, wal: $request.size}}")),
      {{.attributes = "size: integer(1000; 1000)"}, {.attributes = "size: integer(2000; 2000)"}});
  EXPECT_EQ(seen.used_ms("db.replay"), 1 + 2);
  EXPECT_EQ(whole_ms(seen.totals("db.replay").waiting_area), 1);
}

// --- reserved slots -----------------------------------------------------------------------------------------------

std::string slots(const std::string& keys, const std::string& superuser = "postgres") {
  return "topology: t\nresources:\n  db: {kind: postgres, connect: 0ms, max_connections: 3" + keys +
         "}\n  app: {kind: connection_pool, driver: none, server: db}\n"
         "  admin: {kind: connection_pool, driver: none, server: db, user: " +
         superuser + "}\nflows:\n" + flows_named({"go", "late"}, "{query: {pool: app, io: 1s}}") +
         flows_named({"admin"}, "{query: {pool: admin, io: 1s}}");
}

// It is the number that counts: a superuser who came first has taken a slot that is not reserved.
TEST(PostgresSlots, AreReservedByTheirNumber) {
  const SeenRun seen(slots(", superuser_reserved_connections: 1"),
                     {{.flow = "admin"}, {.count = 2}, {.flow = "admin", .at = "1ms"}, {.flow = "late", .at = "2ms"}});
  EXPECT_EQ(seen.completed("admin"), 2u);
  EXPECT_EQ(seen.completed(), 1u);
  EXPECT_EQ(seen.failed("too_many_connections"), 1u);
  EXPECT_EQ(seen.failed("too_many_clients", "late"), 1u);
}

// Two leave at 1 s. The superuser who came at 0.5 s is the one of the third slot, and one more is let in.
TEST(PostgresSlots, AreFreeAgainWhoeverHasTheReservedOne) {
  const SeenRun seen(slots(", superuser_reserved_connections: 1"),
                     {{.count = 2}, {.flow = "admin", .at = "500ms"}, {.flow = "late", .at = "1200ms", .count = 2}});
  EXPECT_EQ(seen.completed("late"), 1u);
  EXPECT_EQ(seen.failed("too_many_connections", "late"), 1u);
}

TEST(PostgresSlots, KnowTheirSuperuserByName) {
  const auto admins = [](const std::string& keys, const std::string& name) {
    return SeenRun(slots(keys, name), {{.count = 2}, {.flow = "admin"}}).completed("admin");
  };
  EXPECT_EQ(admins(", superuser_reserved_connections: 1", "postgres"), 1u);
  EXPECT_EQ(admins(", superuser_reserved_connections: 1", "root"), 0u);
  EXPECT_EQ(admins(", superuser_reserved_connections: 1, superuser: root", "root"), 1u);
  EXPECT_EQ(admins(", superuser_reserved_connections: 0", "postgres"), 1u);  // the third of three
}

// --- contention ---------------------------------------------------------------------------------------------------

// Four on two cores, 10 ms each: half a core, of which 1 / (1 + 0.25 x 2 + 0.0625 x 4 x 2) = 1/2 is work.
TEST(PostgresContention, StretchesTheWorkAndKeepsTheCoresBusy) {
  const SeenRun seen(database(", cores: 2, sigma: 0.25, kappa: 0.0625", lone("io: 0ms")), {{.count = 4}});
  EXPECT_EQ(seen.sum_ms(), 4 * 40);
  EXPECT_EQ(seen.used_ms("db.cpu"), 2 * 40);
  const SeenRun two(database(", cores: 2, sigma: 0.25, kappa: 0.0625", lone("io: 0ms")), {{.count = 2}});
  EXPECT_EQ(two.sum_ms(), 2 * 10);
}

// Two on one core, at a half of a half each until a has done its 8 ms at 32; then c alone does its other 8.
TEST(PostgresContention, FollowsTheNumberOfThoseWhoRun) {
  const SeenRun seen(database(", cores: 1, sigma: 1",
                              flows_named({"a"}, "{query: {pool: pool, cpu: 8ms}}") +
                                  flows_named({"c"}, "{query: {pool: pool, cpu: 16ms}}")),
                     {{.flow = "a"}, {.flow = "c"}});
  EXPECT_EQ(seen.max_ms("a"), 32);
  EXPECT_EQ(seen.max_ms("c"), 40);
}

// --- what is refused ----------------------------------------------------------------------------------------------

TEST(PostgresReplicas, NeedWhatTheyAreMadeOf) {
  const auto errors = [](const std::string& keys) {
    return errors_of("topology: t\nhosts: {box: {cores: 1}}\nresources:\n  db: {kind: postgres" + keys +
                         "}\n  pool: {kind: connection_pool, driver: psycopg, server: db}\nflows:\n" + lone("io: 1ms"),
                     arrivals_at({{}}));
  };
  EXPECT_NE(errors(", reads: replicas").find("'reads' needs 'replicas'"), std::string::npos);
  EXPECT_NE(errors(", replay_rate: 1MB/s").find("'replay_rate' needs 'replicas'"), std::string::npos);
  EXPECT_NE(errors(", replicas: 1, reads: replicas").find("replicas that are read from need 'cores'"),
            std::string::npos);
  EXPECT_NE(errors(", sigma: 0.1").find("'sigma' needs 'cores' of its own"), std::string::npos);
  EXPECT_NE(errors(", host: box, kappa: 0.1").find("'kappa' needs 'cores' of its own"), std::string::npos);
  EXPECT_NE(errors(", cores: 1, sigma: -1").find("sigma"), std::string::npos);
  EXPECT_EQ(errors(", cores: 1, replicas: 1, reads: replicas, replay_rate: 1MB/s, sigma: 0.1"), "");
}

}  // namespace
}  // namespace loadstone::test
