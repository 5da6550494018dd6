// Caches whose keys are there or not: eviction, time to live, single flight, tiers.
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// `go` looks up $request.k in a cache of entries of 1 kB; what is missing takes 10 ms.
std::string cached(const std::string& keys, const std::string& redis = "", const std::string& step = "") {
  return "topology: t\npopulations: {k: {count: 100}}\nresources:\n  redis: {kind: redis, command_time: 0us" + redis +
         "}\n  products: {kind: cache, key: $request.k, item: 1kB" + keys +
         "}\nflows:\n  go: {steps: [{cache: products, miss: [{delay: 10ms}]" + step + "}]}\n";
}

// One lookup a second, of these keys.
std::vector<Arrivals> looking_up(const std::vector<int>& keys) {
  std::vector<Arrivals> list;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string k = std::to_string(keys[i]);
    list.push_back({.at = std::to_string(i) + "s", .attributes = "k: integer(" + k + "; " + k + ")"});
  }
  return list;
}

std::uint64_t misses(const std::string& topology, const std::vector<int>& keys) {
  const SeenRun seen(topology, looking_up(keys));
  EXPECT_EQ(seen.marked("products.hit") + seen.marked("products.miss"), keys.size());
  EXPECT_EQ(seen.sum_ms(), static_cast<std::int64_t>(10 * seen.marked("products.miss")));
  return seen.marked("products.miss");
}

TEST(CacheKeys, WhatWasStoredIsFound) {
  EXPECT_EQ(misses(cached(""), {1, 2, 1, 1, 2, 3}), 3u);
  EXPECT_EQ(misses(cached(", of: redis"), {1, 2, 1, 1, 2, 3}), 3u);
}

// A write goes in as long as no more than 2 kB are used, so three keys are kept. In a cycle of three each is found, in
// a cycle of four each has just been evicted.
TEST(CacheKeys, ACycleThatDoesNotFitIsNeverFound) {
  for (const char* keys : {", size: 2kB", ", of: redis"}) {
    const std::string redis = ", maxmemory: 2kB, maxmemory-policy: allkeys-lru";
    EXPECT_EQ(misses(cached(keys, redis), {1, 2, 3, 1, 2, 3, 1, 2, 3}), 3u) << keys;
    EXPECT_EQ(misses(cached(keys, redis), {1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4}), 12u) << keys;
  }
}

// 1 has been read after 2, so 2 goes when 4 comes.
TEST(CacheKeys, WhatWasNotUsedForLongestGoes) {
  EXPECT_EQ(misses(cached(", size: 2kB"), {1, 2, 3, 1, 4, 1}), 4u);
  EXPECT_EQ(misses(cached(", size: 2kB"), {1, 2, 3, 1, 4, 2}), 5u);
}

// Stored at 10 ms and gone 1 s later: a lookup that arrives at that very instant finds nothing.
TEST(CacheKeys, LivesForItsTime) {
  const auto found = [](const std::string& at) {
    const SeenRun seen(cached(", ttl: 1s"),
                       {{.attributes = "k: integer(1; 1)"}, {.at = at, .attributes = "k: integer(1; 1)"}});
    return seen.marked("products.hit");
  };
  EXPECT_EQ(found("1009999999ns"), 1u);
  EXPECT_EQ(found("1010ms"), 0u);
}

// 3 kB for 1 s each, in 1000 s.
TEST(CacheKeys, ItsLevelIsTheBytesThatItHolds) {
  const SeenRun seen(cached(", ttl: 1s"), looking_up({1, 2, 3}));
  EXPECT_EQ(seen.totals("products.memory").in_use_area, Int128{3000} * 1000 * kNsOfMs);
  EXPECT_EQ(seen.marked("products.expired_keys"), 3u);
}

// Commands of 1 ms and a round trip of 4 ms: GET, the steps, SET; and a GET.
TEST(CacheKeys, InARedisLookingUpAndStoringAreCommands) {
  const SeenRun seen(
      "topology: t\nresources:\n  redis: {kind: redis, command_time: 1ms, rtt: 4ms}\n  products: {kind: cache, of: "
      "redis, key: 7}\nflows:\n  go: {steps: [{cache: products, miss: [{delay: 10ms}]}]}\n",
      {{}, {.at = "1s"}});
  EXPECT_EQ(seen.max_ms(), 5 + 10 + 5);
  EXPECT_EQ(seen.sum_ms(), 20 + 5);
  EXPECT_EQ(seen.totals("redis.cpu").completed, 3u);
}

// Uniform over 100 keys of which 51 are kept: 51 % are found, whichever go. Of 10,000 the standard deviation is 50, and
// at the start some 50 more miss.
TEST(CacheKeys, FindsTheShareThatItKeeps) {
  for (const char* policy : {"allkeys-lru", "allkeys-random", "allkeys-lfu"}) {
    const SeenRun seen(cached(", of: redis", ", maxmemory: 50kB, maxmemory-policy: " + std::string(policy)),
                       {{.count = 10'000, .attributes = "k: uniform", .every = "20ms"}});
    EXPECT_NEAR(static_cast<double>(seen.marked("products.hit")), 5100 - 30, 250) << policy;
    EXPECT_EQ(seen.totals("redis.memory").in_use, 51'000);
    EXPECT_EQ(seen.marked("redis.evicted_keys"), seen.marked("products.miss") - 51);
  }
}

// Caches of one key each in a Redis of 1 kB, where two keys fit in.
SeenRun small_caches(const std::string& policy, const std::vector<std::string>& flows) {
  std::vector<Arrivals> list;
  for (std::size_t i = 0; i < flows.size(); ++i) {
    list.push_back({.flow = flows[i], .at = std::to_string(i) + "s"});
  }
  std::string topology = "topology: t\nresources:\n  redis: {kind: redis, maxmemory: 1kB, maxmemory-policy: " + policy +
                         "}\n  lasting: {kind: cache, of: redis, key: 1}\n"
                         "  long: {kind: cache, of: redis, key: 1, ttl: 900s}\n"
                         "  short: {kind: cache, of: redis, key: 1, ttl: 800s}\nflows:\n";
  for (const std::string name : {"lasting", "long", "short"}) {
    topology += "  " + name + ": {steps: [{cache: " + name + ", miss: []}]}\n";
  }
  return SeenRun(model(topology, arrivals_at(list)));
}

TEST(CacheKeys, AVolatilePolicyTakesOnlyKeysWithATimeToLive) {
  // full with `long` and `lasting`: the third write takes `long`, which then misses and takes what else expires
  const SeenRun seen = small_caches("volatile-lru", {"long", "lasting", "short", "lasting", "long"});
  EXPECT_EQ(seen.marked("lasting.hit"), 1u);
  EXPECT_EQ(seen.marked("long.miss"), 2u);
  EXPECT_EQ(seen.marked("redis.evicted_keys"), 2u);
}

TEST(CacheKeys, VolatileLfuTakesOnlyKeysWithATimeToLiveAndTheLeastUsed) {
  // `long` was found once and `short` never: when `lasting` is written `short` goes, though it was used later
  const SeenRun seen = small_caches("volatile-lfu", {"long", "long", "short", "lasting", "long"});
  EXPECT_EQ(seen.marked("long.hit"), 2u);
  EXPECT_EQ(seen.marked("redis.evicted_keys"), 1u);
}

std::string least_used(const std::string& keys = "") {
  return cached(", of: redis", ", maxmemory: 2kB, maxmemory-policy: allkeys-lfu" + keys);
}

// Three are kept. 1 has been found twice, 2 and 3 never: for 4 the older of the two goes, and 1, not used for longest,
// stays. Found once only, as Redis counts for certain, it stays too.
TEST(CacheKeys, WhatWasUsedLeastGoes) {
  EXPECT_EQ(misses(least_used(), {1, 1, 1, 2, 3, 4, 1, 3}), 4u);
  EXPECT_EQ(misses(least_used(), {1, 1, 2, 3, 4, 1, 3}), 4u);
  EXPECT_EQ(misses(least_used(), {1, 1, 2, 3, 4, 2}), 5u);
}

// 1, 2 and 3 are found four times, once and once. With a factor of 0 each time counts: 2 goes. With a great one only
// the first does: all are alike, and 1 was not used for longest.
TEST(CacheKeys, TheLogFactorSaysHowMuchFurtherUsesCount) {
  const std::vector<int> keys{1, 1, 1, 1, 1, 2, 2, 3, 3, 4, 1};
  EXPECT_EQ(misses(least_used(", lfu-log-factor: 0"), keys), 4u);
  EXPECT_EQ(misses(least_used(", lfu-log-factor: 1000000"), keys), 5u);
}

// 1 is found at 1 and 2 s, so that its counter is 7 at 2 s, and 6 and 5 a minute and two later. 2 comes with 5, 10 ms
// behind its lookup: before 122 s that is less than 1 has, later it is more. 3 comes behind it, and 4 evicts one.
TEST(CacheKeys, CountersFallWithTime) {
  const auto hits = [](const std::string& keys, const std::string& at, const std::string& last) {
    std::vector<Arrivals> list = looking_up({1, 1, 1});
    for (const auto& [k, when] : {std::pair{"2", at}, {"3", "130s"}, {"4", "131s"}, {"1", last}}) {
      list.push_back({.at = when, .attributes = "k: integer(" + std::string(k) + "; " + k + ")"});
    }
    return SeenRun(least_used(", lfu-log-factor: 0" + keys), list).marked("products.hit");
  };
  EXPECT_EQ(hits("", "121980ms", "132s"), 3u);
  EXPECT_EQ(hits("", "122s", "132s"), 2u);
  EXPECT_EQ(hits(", lfu-decay-time: 0", "122s", "132s"), 3u);
  EXPECT_EQ(hits(", lfu-decay-time: 2", "122s", "132s"), 3u);
}

TEST(CacheKeys, VolatileTtlTakesWhatExpiresFirst) {
  const SeenRun seen = small_caches("volatile-ttl", {"long", "short", "lasting", "long"});
  EXPECT_EQ(seen.marked("long.hit"), 1u);  // `short` has gone, though it was used later
  EXPECT_EQ(seen.marked("redis.evicted_keys"), 1u);
}

TEST(CacheKeys, WithoutAnythingToEvictWritesFail) {
  const SeenRun seen = small_caches("noeviction", {"long", "lasting", "short", "long"});
  EXPECT_EQ(seen.failed("out_of_memory", "short"), 1u);
  EXPECT_EQ(seen.marked("long.hit"), 1u);
}

// --- single flight ------------------------------------------------------------------------------------------------

const std::vector<Arrivals> kTenAtOnce{{.count = 10, .attributes = "k: integer(1; 1)"}};

TEST(CacheKeys, AStampedeGetsTheSameKeyManyTimes) {
  const SeenRun seen(cached(""), kTenAtOnce);
  EXPECT_EQ(seen.marked("products.miss"), 10u);
}

TEST(CacheKeys, InSingleFlightOneGetsItAndTheOthersWait) {
  const SeenRun seen(cached(", single_flight: true"), kTenAtOnce);
  EXPECT_EQ(seen.marked("products.miss"), 1u);
  EXPECT_EQ(seen.marked("products.hit"), 9u);
  EXPECT_EQ(seen.sum_ms(), 10 * 10);
  EXPECT_EQ(whole_ms(seen.row("products").meter.wait_sum), 9 * 10);
  EXPECT_EQ(seen.used_ms("products"), 10);
}

TEST(CacheKeys, OtherKeysDoNotWait) {
  const SeenRun seen(cached(", single_flight: true"),
                     {{.attributes = "k: integer(1; 1)"}, {.attributes = "k: integer(2; 2)"}});
  EXPECT_EQ(seen.marked("products.miss"), 2u);
  EXPECT_EQ(whole_ms(seen.row("products").meter.wait_sum), 0);
}

// The first fails at 10 ms; the second gets it until 20 ms, and the third has it then.
TEST(CacheKeys, WhenTheOneFailsTheNextGetsIt) {
  const SeenRun seen(
      "topology: t\nresources: {products: {kind: cache, key: 1, single_flight: true}}\nflows:\n"
      "  bad: {steps: [{cache: products, miss: [{delay: 10ms}, {fail: broken}]}]}\n"
      "  go: {steps: [{cache: products, miss: [{delay: 10ms}]}]}\n",
      {{.flow = "bad"}, {.at = "1ms"}, {.at = "2ms"}});
  EXPECT_EQ(seen.failed("broken", "bad"), 1u);
  EXPECT_EQ(seen.sum_ms(), 19 + 18);
  EXPECT_EQ(seen.marked("products.miss"), 2u);
  EXPECT_EQ(seen.marked("products.hit"), 1u);
}

// One that gives up leaves the line; one that gets it and gives up leaves it to the next, at 5 ms.
TEST(CacheKeys, WhoGivesUpLeavesItToTheNext) {
  const SeenRun seen(
      "topology: t\nresources: {products: {kind: cache, key: 1, single_flight: true}}\nflows:\n"
      "  hasty: {steps: [{cache: products, miss: [{delay: 10ms}], timeout: 5ms}]}\n"
      "  go: {steps: [{cache: products, miss: [{delay: 10ms}]}]}\n",
      {{.flow = "hasty"}, {.at = "1ms"}, {.flow = "hasty", .at = "6ms"}});
  EXPECT_EQ(seen.failed("timeout", "hasty"), 2u);
  EXPECT_EQ(seen.max_ms(), 14);  // 1 to 5 waiting, 5 to 15
  EXPECT_EQ(seen.totals("products").timed_out, 1u);
}

// --- where it is ---------------------------------------------------------------------------------------------------

// Two processes, in turn: each misses once.
TEST(CacheKeys, EachProcessHasItsOwn) {
  const SeenRun seen(
      "topology: t\nhosts: {box: {cores: 4}}\nresources:\n  app: {kind: service, host: box, workers: 2}\n"
      "  products: {kind: cache, key: 1, in: app}\nflows:\n"
      "  go: {service: app, steps: [{cache: products, miss: [{delay: 10ms}]}]}\n",
      {{.count = 6, .every = "1s"}});
  EXPECT_EQ(seen.marked("products.miss"), 2u);
  EXPECT_EQ(seen.marked("products.hit"), 4u);
  EXPECT_EQ(seen.row("products.memory").members, 2u);
}

// Tiers: what the first has lost (it keeps two of three) the second still has.
TEST(CacheKeys, StandInTiers) {
  const SeenRun seen(
      "topology: t\npopulations: {k: {count: 100}}\nresources:\n  near: {kind: cache, key: $request.k, item: 1kB, "
      "size: "
      "1kB}\n  far: {kind: cache, key: $request.k}\nflows:\n"
      "  go: {steps: [{cache: near, miss: [{delay: 1ms}, {cache: far, miss: [{delay: 10ms}]}]}]}\n",
      looking_up({1, 2, 3, 1, 2, 3}));
  EXPECT_EQ(seen.marked("near.miss"), 6u);
  EXPECT_EQ(seen.marked("far.miss"), 3u);
  EXPECT_EQ(seen.sum_ms(), 6 + 30);
}

TEST(CacheKeys, WithoutLimitsEverythingIsKept) {
  const auto m = model(cached(", size: 1kB"), arrivals_at(looking_up({1, 2, 3, 1, 2, 3})));
  RunSettings settings;
  settings.everything_relieved = true;
  const Observations o = run_once(m, settings);
  EXPECT_EQ(o.resources[row_of(m.model, "products.memory")].at_end.in_use, 3000);
}

TEST(CacheKeys, SaysWhatIsWrong) {
  const auto errors = [](const std::string& keys) {
    return errors_of(
        "topology: t\nresources: {r: {kind: redis, maxmemory-policy: allkeys-lru, maxmemory: 1MB}, c: "
        "{kind: cache, " +
            keys + "}}\nflows: {go: {steps: [{cache: c, miss: []}]}}\n",
        arrivals_at({{}}));
  };
  EXPECT_NE(errors("of: r").find("either a 'hit' ratio or a 'key'"), std::string::npos);
  EXPECT_NE(errors("hit: 0.5, key: 1").find("either a 'hit' ratio or a 'key'"), std::string::npos);
  EXPECT_NE(errors("hit: 0.5, ttl: 5s").find("'ttl' is for a cache with a 'key'"), std::string::npos);
  EXPECT_NE(errors("key: 1, of: r, size: 1MB").find("'size' is for a cache in the process"), std::string::npos);
  EXPECT_NE(errors("key: $request.x").find("unknown attribute '$request.x'"), std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
