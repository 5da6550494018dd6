// The tiers of rithmXO from 500 services on, and its network cards, from their own numbers.
//
// A service has 100 requests a second: 80 reads, of which 40 % miss the cache and query once, and 20 writes with two
// queries each. That is 32 + 40 = 72 queries of 70 us in PgBouncer, 5.04 ms of its one thread, and
// 32 x 0.5 ms + 20 x (0.5 + 0.7) ms = 40 ms of Postgres. Both run on the database's host: 45.04 ms of its 16 cores.
// One PgBouncer carries 198 services, the cores carry 355.
// Valkey: 80 lookups, 32 that store, 20 locks and 20 unlocks, 152 commands of 10 us: 1.52 ms.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/model_from_text.hpp"
#include "tests/support/shipped.hpp"

namespace loadstone::test {
namespace {

constexpr double kPoolerSeconds = 5.04e-3;  // for a service and second, as above
constexpr double kPostgresSeconds = 45.04e-3;
constexpr double kValkeySeconds = 1.52e-3;
constexpr double kSampled = 0.03;  // of a bound, whose mix of requests is drawn

// Few requests, for a bound: demands are those of one. It takes 500 times as many to come to 100 a second.
const Overrides kFew{{"requests_per_service", "0.2/s"}};
constexpr double kFold = 500;

struct Tier {
  const char* name;
  double services;
  double group;
  double valkey_share;  // of one group's commands that one primary has
};
class RithmxoTiers : public testing::TestWithParam<Tier> {};

TEST_P(RithmxoTiers, ThePoolersThreadIsTheBoundLongBeforePostgres) {
  const Tier& tier = GetParam();
  const Shipped shipped(tier.name, "rithmxo-tier");
  const BoundAt bound = bound_of(shipped, kFew);
  EXPECT_EQ(bound.resource, "pgbouncer.cpu");
  const double pooler = kFold / (tier.group * kPoolerSeconds);
  EXPECT_NEAR(bound.load, pooler, pooler * kSampled);
  const double postgres = kFold * shipped.number({"hosts", "db", "cores"}) / (tier.group * kPostgresSeconds);
  EXPECT_NEAR(bound.of.at("db.cpu"), postgres, postgres * kSampled);
  const double valkey = kFold / (tier.group * kValkeySeconds * tier.valkey_share);
  EXPECT_NEAR(bound.of.at("valkey.cpu"), valkey, valkey * kSampled);
}

INSTANTIATE_TEST_SUITE_P(Of, RithmxoTiers,
                         testing::Values(Tier{"rithmxo-medium", 500, 167, 1},
                                         Tier{"rithmxo-large", 5000, 100, 50.0 / 16}),
                         [](const auto& instance) { return std::string(instance.index == 0 ? "Medium" : "Large"); });

// 650 services leave 217 on one PgBouncer, whose thread would need 217 x 5.04 ms = 1.09 s a second; 540 leave 180,
// 0.91. A tenth of the requests with ten times the time in the pooler is the same to it.
TEST(RithmxoMedium, APoolerBreaksBetween180And217Services) {
  const Shipped shipped("rithmxo-medium", "rithmxo-tier", "resources: {pgbouncer: {cpu: 700us}}");
  const auto judged_with = [&](const char* services) {
    return judged(shipped, 1, 5, {{"services", services}, {"requests_per_service", "10/s"}});
  };
  EXPECT_FALSE(judged_with("540").saturated);
  const JudgedLoad broken = judged_with("650");
  EXPECT_TRUE(broken.saturated);
  EXPECT_EQ(broken.first, "pgbouncer.cpu");
}

// One service may use 2 cores: 2 / 2.25 ms = 889 requests a second, load 8.9, although its node has 4.4 for it.
TEST(RithmxoMassive, TheLimitOfTwoCoresIsFirstAndNotTheDatabase) {
  const Shipped shipped("rithmxo-massive", "rithmxo-tier");
  const Overrides few{{"services", "2000"}};
  EXPECT_FALSE(judged(shipped, 8, 10, few).saturated);
  const JudgedLoad broken = judged(shipped, 9.5, 10, few);
  EXPECT_TRUE(broken.saturated);
  EXPECT_EQ(broken.first, "node.cpu");
  // Its database of one core would carry 1 / 0.4 ms = 2,500 a second: load 25.
  EXPECT_NEAR(bound_of(shipped, few).of.at("db.cpu"), 25, 25 * kSampled);
}

// --- what all services do to the registry and the authority ---

struct Ecosystem {
  const char* name;
  double beats_per_s;
  std::int64_t services;
  std::int64_t registries;
  std::int64_t authorities;
};
class RithmxoEcosystem : public testing::TestWithParam<Ecosystem> {};

// Beats on their ticks, every heartbeat / services, one after the other and 5 ms each: as many as there are ticks, and
// the registries are busy for as long as those take.
TEST_P(RithmxoEcosystem, HeartbeatsAreTheServicesOverTheInterval) {
  const Ecosystem& ecosystem = GetParam();
  const Shipped shipped(ecosystem.name, "rithmxo-tier", R"(
resources: {infrasot: {service: 5ms}}
flows: {beat: {steps: [{call: heartbeat}]}}
)",
                        "scenarios: {requests: {duration: 61s}}");
  const load::Loaded loaded = shipped.load(kFew);
  RunSettings settings;
  settings.load = 1e-6;
  // Half a millisecond late, so that no tick is at an edge.
  const Horizon horizon{.warmup = Duration{500'000}, .end = Duration{60'000'500'000}};
  const Observations observed = run_replication(loaded.model, settings, horizon);
  const ResourceObservations& registry = observed.resources[row_of(loaded.model, "infrasot")];
  const double beats = ecosystem.beats_per_s * 60;
  EXPECT_NEAR(static_cast<double>(registry.at_end.arrivals), beats, 1);
  EXPECT_EQ(shipped.parameter("registries"), static_cast<double>(ecosystem.registries));
  EXPECT_NEAR(to_double(registry.at_end.in_use_area) * 1e-9, beats * 5e-3, beats * 5e-3 * 0.001 + 0.01);
}

// All at once, 5 ms a heartbeat and 20 ms a certificate: the last of them ends when the servers are through with all.
TEST_P(RithmxoEcosystem, ARestartOfAllTakesAllTheirTimeOverTheServers) {
  const Ecosystem& ecosystem = GetParam();
  const Shipped shipped(ecosystem.name, "rithmxo-restart", R"(
resources: {infrasot: {service: 5ms}, sia: {service: 20ms}}
schedules: {beats: null, renewals: null}
)");
  const load::Loaded loaded = shipped.load();
  const Observations observed =
      run_replication(loaded.model, {}, {.warmup = Duration{0}, .end = Duration{600'000'000'000}});
  const auto longest = [&](std::string_view flow) {
    const Histogram& latency = observed.flows[flow_of(loaded.model, flow)].latency;
    EXPECT_EQ(latency.count(), static_cast<std::uint64_t>(ecosystem.services));
    return latency.max();
  };
  const auto rounds = [&](std::int64_t servers) { return (ecosystem.services + servers - 1) / servers; };
  EXPECT_EQ(longest("heartbeat"), rounds(ecosystem.registries) * 5'000'000);
  EXPECT_EQ(longest("rotate"), rounds(ecosystem.authorities) * 20'000'000);
}

INSTANTIATE_TEST_SUITE_P(Of, RithmxoEcosystem,
                         testing::Values(Ecosystem{"rithmxo-medium", 500 / 30.0, 500, 1, 2},
                                         Ecosystem{"rithmxo-large", 5000 / 30.0, 5000, 3, 3},
                                         Ecosystem{"rithmxo-massive", 50000 / 60.0, 50000, 5, 5}),
                         [](const auto& instance) {
                           return std::string(std::array{"Medium", "Large", "Massive"}[instance.index]);
                         });

// --- network cards ---

// 12.5 Mbps of queries a service: 80 services fill the database's card of 1 Gbps, so 5 fill one of 62.5 Mbps at load 1
// and 50 services are load 0.625 of it. Here 5 services and a card of 100 Mbps: load 1.6.
TEST(RithmxoNetwork, EightyServicesFillTheDatabasesCard) {
  const Shipped shipped("rithmxo-network", "rithmxo-typical");
  EXPECT_NEAR(shipped.parameter("card") / shipped.parameter("database_bandwidth"), 80, 1e-9);
  const Overrides small{{"services", "5"}, {"card", "100Mbps"}};
  const JudgedLoad calm = judged(shipped, 1.45, 5, small);
  EXPECT_FALSE(calm.saturated) << calm.first;
  const JudgedLoad broken = judged(shipped, 1.75, 5, small);
  EXPECT_TRUE(broken.saturated);
  EXPECT_EQ(broken.first, "database_card");
}

// --- a neighbour, and all at once ---

constexpr const char* kNoHeartbeats = "scenarios: {heartbeats: null}";

double mean_write_ms(const char* topology, const char* workload, Overrides overrides) {
  overrides.insert({{"services", "5"}, {"length", "6s"}});
  const load::Loaded loaded = Shipped(topology, workload, {}, kNoHeartbeats).load(overrides);
  const Observations observed =
      run_replication(loaded.model, {}, {.warmup = Duration{1'000'000'000}, .end = Duration{6'000'000'000}});
  const Histogram& latency = observed.flows[flow_of(loaded.model, "write")].latency;
  EXPECT_GT(latency.count(), 400u);
  return latency.mean() * 1e-6;
}

// 48 queries that never end share the 16 cores with a write's, which gets 16/49 of a core and so takes 3.06 times its
// 1.2 ms of CPU: 2.5 ms more. Services meet at the cores too, now and then. On a Postgres of its own the neighbour is
// not felt at all: the same requests take the same time.
TEST(RithmxoNeighbour, OnTheSamePostgresItTakesItsShareAndApartNothing) {
  const double alone = mean_write_ms("rithmxo", "rithmxo-typical", {});
  EXPECT_EQ(mean_write_ms("rithmxo-neighbour", "rithmxo-neighbour", {{"apart", "1"}}), alone);
  const double more = mean_write_ms("rithmxo-neighbour", "rithmxo-neighbour", {}) - alone;
  EXPECT_GE(more, 1.2 * (49 / 16.0 - 1) - 0.01);
  EXPECT_LE(more, 1.2 * (51 / 16.0 - 1));
}

// 5,000 writes at one instant fill the 50 pools of 20, which want 1,000 of 997 connections: some are refused. With
// three more, none.
TEST(RithmxoStampede, FullPoolsWantThreeConnectionsMoreThanThereAre) {
  const Shipped shipped("rithmxo", "rithmxo-stampede");
  const auto refused = [&](const char* max_connections) {
    const load::Loaded loaded = shipped.load({{"request_cpu", "10us"}, {"max_connections", max_connections}});
    const Observations observed =
        run_replication(loaded.model, {}, {.warmup = Duration{0}, .end = Duration{10'000'000'000}});
    return observed.resources[row_of(loaded.model, "postgres.slots")].at_end.refused;
  };
  EXPECT_GE(refused("1000"), 3u);
  EXPECT_EQ(refused("1003"), 0u);
}

}  // namespace
}  // namespace loadstone::test
