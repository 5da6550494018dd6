// Redis Cluster: which shard does what, and what of it each shard has of its own.
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// Commands of 2 ms. `go` is one of them; `more`: further resources, `flows`: further flows.
std::string cluster(const std::string& keys, const std::string& more = "", const std::string& flows = "",
                    const std::string& before = "") {
  return "topology: t\n" + before +
         "populations: {tenant: {count: 1000}, product: {count: 100}}\nresources:\n  redis: {kind: redis, mode: "
         "cluster, command_time: 2ms" +
         keys + "}\n" + more + "flows:\n  go: {steps: [{visit: redis}]}\n" + flows;
}

Arrivals of_tenant(int tenant, const std::string& flow = "go", int count = 1) {
  const std::string t = std::to_string(tenant);
  return {.flow = flow, .count = count, .attributes = "tenant: integer(" + t + "; " + t + ")"};
}

// The first tenant whose command does not wait for one of tenant 0 in this cluster: it is in another shard. Half of all
// are, of two shards.
int tenant_elsewhere(const std::string& keys) {
  for (int tenant = 1; tenant < 64; ++tenant) {
    if (SeenRun(cluster(keys), {of_tenant(0), of_tenant(tenant)}).max_ms() == 2) {
      return tenant;
    }
  }
  ADD_FAILURE() << "all tenants are in one shard";
  return 1;
}

TEST(RedisCluster, CommandsOfOneTagGoThroughOneLoop) {
  const SeenRun run(cluster(", shards: 4, hash_tag: tenant"), {of_tenant(7, "go", 3)});
  EXPECT_EQ(run.sum_ms(), 2 + 4 + 6);
  EXPECT_EQ(run.row("redis.cpu").members, 1u);
}

TEST(RedisCluster, ThoseOfShardsDoNotWaitForEachOther) {
  const std::string keys = ", shards: 2, hash_tag: tenant";
  const int other = tenant_elsewhere(keys);
  const SeenRun run(cluster(keys), {of_tenant(0, "go", 2), of_tenant(other, "go", 2)});
  EXPECT_EQ(run.sum_ms(), 2 * (2 + 4));
  EXPECT_EQ(run.row("redis.cpu").members, 2u);
}

// 1000 commands at once on 4 shards: 250 a shard with a deviation of 13.7, whether tags say where or chance does; the
// greatest of four ends the last.
TEST(RedisCluster, TagsAndKeysSpreadEvenly) {
  for (const char* keys : {", shards: 4, hash_tag: tenant", ", shards: 4"}) {
    std::vector<Arrivals> all;
    for (int tenant = 0; tenant < 1000; ++tenant) {
      all.push_back(of_tenant(tenant));
    }
    const SeenRun run(cluster(keys), all);
    EXPECT_GE(run.max_ms(), 2 * 250) << keys;
    EXPECT_LT(run.max_ms(), 2 * (250 + 5 * 14)) << keys;
    EXPECT_EQ(run.row("redis.cpu").members, 4u) << keys;
  }
}

// 300 a second are tenant 0's and 200 those of 100 others, each command 2 ms: its shard does 60 % and a quarter of the
// rest, some 0.7 of its time; all together do 1.0 of four loops. The report's busiest member is that shard.
TEST(RedisCluster, AHotTagIsSeenAsTheBusiestMember) {
  const SeenRun run(model(
      cluster(", shards: 4, hash_tag: tenant"),
      "workload: w\nwarmup: 0s\nduration: 200s\nscenarios:\n"
      "  hot: {executor: constant-arrival-rate, arrival: even, exec: go, rate: 300/s, duration: 200s, attributes: "
      "{tenant: integer(0; 0)}}\n"
      "  rest: {executor: constant-arrival-rate, arrival: even, exec: go, rate: 200/s, duration: 200s, attributes: "
      "{tenant: integer(1; 100)}}\n"));
  const ResourceObservations& cpu = run.row("redis.cpu");
  EXPECT_TRUE(cpu.worst.label.starts_with("shard of redis=")) << cpu.worst.label;
  EXPECT_NEAR(cpu.worst.utilization, 0.7, 0.06);
  EXPECT_NEAR(to_double(cpu.at_end.in_use_area) * 1e-9 / 200, 1.0, 0.001);
}

// SET, the failed SET and the releases of a lock without `per` are about one key, whoever wants it.
TEST(RedisCluster, ALocksCommandsGoToTheShardOfItsKey) {
  const std::string more = "  mutex: {kind: redis_lock, server: redis, sleep: 1s}\n";
  const std::string flows = "  held: {steps: [{lock: mutex, do: [{delay: 10ms}]}]}\n";
  for (const char* keys : {", shards: 64", ", shards: 64, hash_tag: tenant"}) {
    const SeenRun run(cluster(keys, more, flows), {of_tenant(1, "held"), of_tenant(2, "held")});
    EXPECT_EQ(run.row("redis.cpu").members, 1u);
    // A: 2 + 10 + 2 ms; B's SETs are executed at 4 ms and at 4 + 1000 + 2 ms
    EXPECT_EQ(run.sum_ms("held"), 14 + 1006 + 12) << keys;
  }
}

// With `per` the lock of each tenant is a key of its own: two in different shards, or, under one tag, two in one.
TEST(RedisCluster, TheTagSaysWhereTheKeysOfALockAre) {
  const auto members = [](const std::string& keys) {
    return SeenRun(
               cluster(", shards: 64" + keys, "  mutex: {kind: redis_lock, server: redis, per: [tenant, product]}\n",
                       "  held: {steps: [{lock: mutex, do: []}]}\n"),
               {{.flow = "held", .count = 50, .attributes = "tenant: integer(1; 1), product: uniform", .every = "1s"}})
        .row("redis.cpu")
        .members;
  };
  EXPECT_GT(members(""), 10u);
  EXPECT_EQ(members(", hash_tag: tenant"), 1u);
}

// Each shard keeps 13 keys of 1 kB. Of 100 products all asked for alike, 4 x 13 are found, however they are spread: of
// 10,000 the standard deviation is 50, and at the start some 50 more miss.
TEST(RedisCluster, EachShardHasItsOwnMemory) {
  const SeenRun run(cluster(", shards: 4, maxmemory: 12kB, maxmemory-policy: allkeys-lru",
                            "  products: {kind: cache, of: redis, key: $request.product, item: 1kB}\n",
                            "  look: {steps: [{cache: products, miss: []}]}\n"),
                    {{.flow = "look", .count = 10'000, .attributes = "product: uniform", .every = "20ms"}});
  EXPECT_EQ(run.totals("redis.memory").in_use, 4 * 13'000);
  EXPECT_NEAR(static_cast<double>(run.marked("products.hit")), 5200 - 30, 250);
  EXPECT_EQ(run.row("redis.memory").members, 4u);
}

// Under a tag an entry is the tenant's own: the second tenant does not find what the first has stored.
TEST(RedisCluster, AKeyOfAnotherTagIsAnotherKey) {
  const auto hits = [](const std::string& keys) {
    return SeenRun(cluster(keys, "  products: {kind: cache, of: redis, key: 5}\n",
                           "  look: {steps: [{cache: products, miss: []}]}\n"),
                   {{.flow = "look", .count = 2, .attributes = "tenant: integer(1; 1)", .every = "1s"},
                    {.flow = "look", .at = "5s", .attributes = "tenant: integer(2; 2)"}})
        .marked("products.hit");
  };
  EXPECT_EQ(hits(", shards: 3"), 2u);
  EXPECT_EQ(hits(", shards: 3, hash_tag: tenant"), 1u);
}

// A client keeps as many connections to each shard as its pool has: of four commands to one shard two find none, of two
// to each of two all do.
TEST(RedisCluster, AClientHasConnectionsToEachShard) {
  const std::string keys = ", shards: 2, hash_tag: tenant";
  const std::string more = "  pool: {kind: connection_pool, driver: redis_py, server: redis, max_connections: 2}\n";
  const std::string flows = "  ask: {steps: [{query: {pool: pool}}]}\n";
  EXPECT_EQ(SeenRun(cluster(keys, more, flows), {of_tenant(0, "ask", 4)}).failed("too_many_requests", "ask"), 2u);
  const SeenRun apart(cluster(keys, more, flows),
                      {of_tenant(0, "ask", 2), of_tenant(tenant_elsewhere(keys), "ask", 2)});
  EXPECT_EQ(apart.completed("ask"), 4u);
  EXPECT_EQ(apart.row("redis.clients").members, 2u);
  const SeenRun few(cluster(keys + ", maxclients: 1", more, flows),
                    {of_tenant(0, "ask", 2), of_tenant(tenant_elsewhere(keys), "ask", 2)});
  EXPECT_EQ(few.failed("max_clients_reached", "ask"), 2u);
}

// Who holds a connection and goes on to the key of another tenant is refused.
TEST(RedisCluster, ATransactionHasTheKeysOfOneSlot) {
  const std::string more = "  pool: {kind: connection_pool, driver: redis_py, server: redis}\n";
  const auto run = [&](const std::string& rounds) {
    return SeenRun(cluster(", shards: 2, hash_tag: tenant", more,
                           "  multi: {steps: [{hold: pool, do: [{repeat: {times: " + rounds +
                               ", as: tenant}, do: [{query: {}}]}]}]}\n"),
                   {of_tenant(0, "multi")});
  };
  EXPECT_EQ(run("1").completed("multi"), 1u);  // tenant 0 again
  const SeenRun across = run("2");
  EXPECT_EQ(across.failed("cross_slot", "multi"), 1u);
  EXPECT_EQ(across.text_of("cross_slot"), "CROSSSLOT Keys in request don't hash to the same slot");
  EXPECT_EQ(across.totals("redis.cpu").completed, 1u);
}

// Two loops share the cores of their host.
TEST(RedisCluster, OnAHostItsShardsShareTheCores) {
  const std::string keys = ", shards: 2, hash_tag: tenant";
  const int other = tenant_elsewhere(keys);
  const auto last = [&](const std::string& cores) {
    return SeenRun(cluster(keys + ", host: box", "", "", "hosts: {box: {cores: " + cores + "}}\n"),
                   {of_tenant(0), of_tenant(other)})
        .max_ms();
  };
  EXPECT_EQ(last("1"), 4);
  EXPECT_EQ(last("2"), 2);
}

TEST(RedisCluster, SaysWhatIsWrong) {
  const auto errors = [](const std::string& keys, const std::string& more = "") {
    return errors_of("topology: t\npopulations: {tenant: {count: 9}}\nresources:\n  redis: {kind: redis" + keys +
                         "}\n" + more + "flows: {go: {steps: [{visit: redis}]}}\n",
                     arrivals_at({{}}));
  };
  EXPECT_EQ(errors(", mode: cluster"), "");
  EXPECT_NE(errors(", shards: 3").find("'shards' needs 'mode: cluster'"), std::string::npos);
  EXPECT_NE(errors(", hash_tag: tenant").find("'hash_tag' needs 'mode: cluster'"), std::string::npos);
  EXPECT_NE(errors(", mode: cluster, hash_tag: tenent").find("'hash_tag' names an unknown attribute 'tenent'"),
            std::string::npos);
  EXPECT_NE(errors(", mode: cluster", "  pool: {kind: connection_pool, driver: redis_py, server: redis}\n")
                .find("'redis' is a cluster without a 'hash_tag'"),
            std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
