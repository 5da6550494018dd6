// Ratiba's own words about its capacity, as facts that come out of small variations of its topology:
//   1. the booking lock is per thread, not per tenant;
//   2. the 20 shared connections are full when 20 turns hold one;
//   3. the tenants' own small pools use up Postgres's connections as more tenants become active;
//   4. the nightly reaper keeps up, or the table grows, depending on what comes in.
#include <gmock/gmock.h>

#include <cmath>

#include "sim/experiment/replications.hpp"
#include "sim/theory/mmc.hpp"
#include "tests/support/command.hpp"
#include "tests/support/model_from_text.hpp"
#include "tests/support/shipped.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Observations observe(const load::Loaded& loaded, const Horizon& horizon) {
  RunSettings settings;
  settings.drain = false;  // a reaper that falls behind has no end
  return run_replication(loaded.model, settings, horizon);
}

Horizon seconds(std::int64_t warmup, std::int64_t end, std::size_t blocks = 1) {
  return {.warmup = Duration{warmup * kSecond}, .end = Duration{end * kSecond}, .blocks = blocks};
}

const ResourceObservations& row(const load::Loaded& loaded, const Observations& observed, std::string_view name) {
  return observed.resources[row_of(loaded.model, name)];
}

// --- 1. The booking lock ---
//
// Turns that do nothing but hold the lock for 1 s. A command takes 10 us of Redis, which executes one at a time, and
// nothing on the way. Who finds the key asks again after 0.1, 0.2, 0.4 and 0.8 s.

constexpr const char* kLockOnly = R"(
resources:
  redis: {rtt: 0s, command_time: 10us}
flows:
  converse:
    service: null
    steps:
      - lock: booking_lock
        do: [{delay: 1s}]
)";

struct Turns {
  std::int64_t shortest_ns = 0;
  std::int64_t longest_ns = 0;
  std::uint64_t locks = 0;  // that were taken
};

Turns turns(const std::string& rows) {
  const std::string trace = file("turns.csv", "time_s,tenant,thread\n" + rows);
  const Shipped shipped("ratiba", "saas-mix", kLockOnly,
                        "scenarios: {mix: null, turns: {executor: trace, trace: " + trace + ", exec: converse}}");
  const load::Loaded loaded = shipped.load();
  const Observations observed = observe(loaded, seconds(0, 10));
  const Histogram& latency = observed.flows[flow_of(loaded.model, "converse")].latency;
  EXPECT_EQ(latency.count(), 2u);
  return {latency.min(), latency.max(), row(loaded, observed, "booking_lock").members};
}

TEST(RatibaBookingLock, TwoTurnsOfOneThreadComeOneAfterTheOther) {
  const Turns one_thread = turns("0,1,47\n0,1,47\n");
  EXPECT_EQ(one_thread.locks, 1u);
  EXPECT_EQ(one_thread.shortest_ns, kSecond + 20'000);  // SET, the turn, the release
  // Its SET comes second, after 20 us, and fails; so do three more, after sleeps of 0.1, 0.2 and 0.4 s. The one after
  // 0.8 s finds no key. Each takes 10 us, and so does the release.
  constexpr std::int64_t kSleeps = kSecond / 10 * (1 + 2 + 4 + 8);
  EXPECT_EQ(one_thread.longest_ns, 20'000 + kSleeps + 4 * 10'000 + kSecond + 10'000);
}

TEST(RatibaBookingLock, TwoThreadsOfOneTenantOverlap) {
  const Turns two_threads = turns("0,1,47\n0,1,48\n");
  EXPECT_EQ(two_threads.locks, 2u);
  EXPECT_EQ(two_threads.shortest_ns, kSecond + 20'000);
  EXPECT_EQ(two_threads.longest_ns, kSecond + 30'000);  // its SET waits for the other one's
}

// --- 2. The shared connections ---
//
// Turns that hold a shared connection for their whole length, exponential with mean 1 s, and come at a rate c: c turns
// hold one on average, and all 20 are taken for Erlang's share of the time, which jumps as c comes near 20:
// 0.4 % at 10, 26 % at 16, 75 % at 19.

constexpr const char* kHeldThroughout = R"(
flows:
  converse:
    service: null
    steps:
      - hold: app_pool
        do: [{delay: exponential(1s)}]
)";

std::string turns_per_s(double rate) {
  return "scenarios: {mix: {exec: {read: null, write: null, job: null, converse: 1}, rate: " + std::to_string(rate) +
         "}}";
}

TEST(RatibaSharedConnections, AreFullWhenTwentyTurnsHoldOne) {
  for (const double held : {10.0, 16.0, 19.0}) {
    const Shipped shipped("ratiba", "saas-mix", kHeldThroughout, turns_per_s(held));
    const load::Loaded loaded = shipped.load();
    const auto pool = static_cast<int>(shipped.parameter("db_pool_size"));
    ASSERT_EQ(pool, 20);
    const RunSummary summary = summarize(
        loaded.model,
        [&] {
          SerialExecutor executor;
          return run_replications(loaded.model, {}, seconds(200, 3200, 20), 10, executor);
        }(),
        kDefaultQuantiles);
    const ResourceSummary& connections = resource(summary, "app_pool");
    EXPECT_NEAR(connections.in_use.value, held, held * 0.02);
    const double full = erlang_c(pool, held);
    EXPECT_NEAR(connections.full_share.value, full, 0.002 + full * 0.1) << held << " turns hold a connection";
  }
}

// "DB_POOL_SIZE x avg_turn_duration in QPS" must be DB_POOL_SIZE / avg_turn_duration: with turns of 2 s, 10 a second
// and not 40 are the limit.
TEST(RatibaSharedConnections, LongerTurnsLowerTheRateAtWhichTheyAreFull) {
  const Shipped shipped("ratiba", "saas-mix", R"(
flows: {converse: {service: null, steps: [{hold: app_pool, do: [{delay: exponential(2s)}]}]}}
)",
                        turns_per_s(1));
  constexpr double kLimit = 20 / 2.0;
  EXPECT_FALSE(judged(shipped, kLimit * 0.85, 2000).saturated);
  EXPECT_EQ(judged(shipped, kLimit * 1.1, 2000).first, "app_pool");
  EXPECT_FALSE(judged(shipped, kLimit * 1.1, 2000, {{"db_pool_size", "40"}}).saturated);
}

// --- 3. The tenants' own pools ---
//
// A tenant is active: its pool of 1 to 2 connections is open, both of them here. Beside them the shared pool has
// its 10. Postgres has max_connections less 3 that are reserved: 97 of 100, which 43 tenants do not use up (10 + 86)
// and 44 do.

constexpr std::int64_t kReserved = 3;
constexpr std::int64_t kSharedPool = 10;

constexpr const char* kTwoEach = R"(
resources:
  tenant_pool: {min_size: 2}
flows:
  converse:
    service: null
    steps:
      - query: {pool: app_pool, cpu: 0.3ms, access: read}
      - query: {pool: tenant_pool, cpu: 1ms, io: 2ms, access: read}
)";

struct Connections {
  std::int64_t open = 0;
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;        // turns
  std::uint64_t failed_by_it = 0;  // of them, because their pool got no connection
  std::string message;
  std::string refusal;  // what Postgres says
};

// 40 turns a second for two minutes: every tenant has some.
Connections connections(std::int64_t tenants, std::int64_t max_connections) {
  const Shipped shipped("ratiba", "saas-mix", kTwoEach, turns_per_s(40));
  const load::Loaded loaded =
      shipped.load({{"tenants", std::to_string(tenants)}, {"max_connections", std::to_string(max_connections)}});
  const Observations observed = observe(loaded, seconds(0, 120));
  EXPECT_EQ(row(loaded, observed, "tenant_pool").members, static_cast<std::uint64_t>(tenants));
  const Totals slots = row(loaded, observed, "postgres.slots").at_end;
  const FlowStats& flow = observed.flows[flow_of(loaded.model, "converse")];
  return {slots.in_use,
          slots.refused,
          flow.sample.failed,
          flow.errors.at(error_of(loaded.model, "pool_timeout")),
          loaded.model.error_texts.at("pool_timeout").at("tenant_pool"),
          loaded.model.error_texts.at("too_many_connections").at("postgres")};
}

TEST(RatibaTenantPools, GrowWithTheActiveTenantsUntilPostgresRefuses) {
  const auto most = [](std::int64_t max_connections) { return (max_connections - kReserved - kSharedPool) / 2; };
  ASSERT_EQ(most(100), 43);
  for (const std::int64_t tenants : {10, 43}) {
    const Connections fit = connections(tenants, 100);
    EXPECT_EQ(fit.open, kSharedPool + 2 * tenants);
    EXPECT_EQ(fit.refused, 0u);
    EXPECT_EQ(fit.failed, 0u);
  }
  const Connections refused = connections(44, 100);
  EXPECT_EQ(refused.open, 97);
  EXPECT_GT(refused.refused, 0u);
  EXPECT_EQ(refused.refusal,
            "FATAL 53300: remaining connection slots are reserved for non-replication superuser connections");
}

// psycopg asks again and again, and tells those who wait nothing but that they have waited too long.
TEST(RatibaTenantPools, TurnsOfTenantsWithoutAConnectionWaitForTheirPoolInVain) {
  const Connections refused = connections(60, 100);  // 10 + 120 are wanted, of 97
  EXPECT_EQ(refused.open, 97);
  EXPECT_GT(refused.failed, 100u);
  EXPECT_EQ(refused.failed, refused.failed_by_it);
  EXPECT_EQ(refused.message, "PoolTimeout: couldn't get a connection after 30.00 sec");
}

// "~100 active tenants (2 idle connections each = 200 open Postgres connections against a limit of 500-1000)": with
// the limit of 500 of the file they have 210 of 497, and the limit itself is at 243 tenants.
TEST(RatibaTenantPools, AHundredTenantsUseLessThanHalfOfTheShippedLimit) {
  const std::int64_t limit = std::lround(Shipped("ratiba", "saas-mix").parameter("max_connections"));
  ASSERT_EQ(limit, 500);
  EXPECT_EQ(connections(100, limit).open, 210);
  EXPECT_EQ(connections(243, limit).refused, 0u);
  EXPECT_GT(connections(244, limit).refused, 0u);
}

// --- 4. The reaper ---
//
// A batch of 1,000 rows takes 0.2 s and the pause after it 0.1 s: 3,333 rows a second. It is fired by hand after 10 s.

constexpr std::int64_t kFired = 10;

// Levels of payment_routing at whole seconds, while `rows` of it come each second, in 20 writes.
std::vector<double> levels(std::int64_t rows, std::int64_t end, const Overrides& overrides = {}) {
  const Shipped shipped("ratiba", "saas-mix",
                        "flows: {write: {service: null, steps: [{put: {in: payment_routing, count: " +
                            std::to_string(rows / 20) + "}}]}}",
                        R"(
scenarios: {mix: {exec: {read: null, write: 1, job: null, converse: null}, arrival: even, rate: 20}}
triggers: [{schedule: reaper, at: 10s}]
)");
  const load::Loaded loaded = shipped.load(overrides);
  const Observations observed = observe(loaded, seconds(0, end, static_cast<std::size_t>(end)));
  std::vector<double> result;
  for (const Totals& edge : row(loaded, observed, "payment_routing").meter.at_edge) {
    result.push_back(static_cast<double>(edge.in_use));
  }
  return result;
}

double reaped_per_s(const Overrides& overrides = {}) {
  const Shipped shipped("ratiba", "saas-mix");
  const double batch = shipped.parameter("reaper_batch", overrides);
  const double pause = shipped.number({"flows", "nightly_reaper", "steps", "0", "reap", "pause"});
  return batch / (batch * shipped.parameter("reaper_row_time", overrides) + pause);
}

// What may be between two batches.
constexpr double kSteps = 1000 + 2 * 500;

TEST(RatibaReaper, BelowItsRateItEmptiesTheTable) {
  ASSERT_NEAR(reaped_per_s(), 3333, 1);
  constexpr std::int64_t kComes = 2000;
  const std::vector<double> table = levels(kComes, 30);
  EXPECT_NEAR(table[kFired], kComes * kFired, kSteps);
  const double drain = reaped_per_s() - kComes;
  EXPECT_NEAR(table[kFired] - table[20], drain * (20 - kFired), kSteps);
  const auto empty = static_cast<std::size_t>(std::ceil(kFired + kComes * kFired / drain));  // 25 s
  EXPECT_LT(*std::min_element(table.begin() + kFired, table.begin() + static_cast<std::ptrdiff_t>(empty) + 3),
            2 * kComes);
}

TEST(RatibaReaper, AboveItsRateTheTableGrowsByTheDifference) {
  constexpr std::int64_t kComes = 5000;
  const std::vector<double> table = levels(kComes, 70);
  EXPECT_NEAR((table[70] - table[kFired]) / (70 - kFired), kComes - reaped_per_s(), 2 * kSteps / (70 - kFired));
}

// Batches of 100 rows: 0.02 s of work for 0.1 s of pause, 833 rows a second, which 2,000 a second are too many for.
TEST(RatibaReaper, SmallBatchesMakeItFallBehind) {
  const Overrides small{{"reaper_batch", "100"}};
  ASSERT_NEAR(reaped_per_s(small), 833, 1);
  constexpr std::int64_t kComes = 2000;
  const std::vector<double> table = levels(kComes, 70, small);
  EXPECT_NEAR((table[70] - table[kFired]) / (70 - kFired), kComes - reaped_per_s(small), kSteps / (70 - kFired));
}

}  // namespace
}  // namespace loadstone::test
