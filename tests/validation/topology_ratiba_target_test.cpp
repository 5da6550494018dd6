// What the target posture of Ratiba (topologies/ratiba-target.yaml) changes, from its own numbers.
//
// Two workers: 2 x 10 slots, a look each 0.5 s: 40 jobs a second, load 40 under workloads/saas-mix.yaml.
// Two backends: the loops allow twice the load of one, 81.6; and each has its own small pool for each tenant, so that
//   PgBouncer sees twice the connections, while Postgres sees the 40 that it lends at most.
// The replica: all that `read` asks for goes there and nothing of it through PgBouncer.
// The fallback: a turn that the provider turns away is answered by the other one.
#include <gtest/gtest.h>

#include "sim/experiment/replications.hpp"
#include "tests/support/model_from_text.hpp"
#include "tests/support/shipped.hpp"

namespace loadstone::test {
namespace {

constexpr double kJobs = 40;          // load at which two workers' jobs queue up
constexpr double kTokens = 48.8;      // load at which the first provider's tokens are used up
constexpr double kLoops = 81.6;       // load at which two event loops are full
constexpr double kTolerance = 0.005;  // of the constants above, which are rounded
constexpr double kSampled = 0.02;     // of the bound, whose mix of requests is drawn
constexpr double kSeconds = 30;       // of a judged run: 1,200 jobs at the edge
// So many threads that no two turns meet in one, as in topology_ratiba_test.cpp.
const Overrides kManyThreads{{"threads_per_tenant", "4000"}};

struct Seen {
  load::Loaded loaded;
  Observations observed;

  [[nodiscard]] const ResourceObservations& row(const char* name) const {
    return observed.resources[row_of(loaded.model, name)];
  }
  [[nodiscard]] const FlowStats& flow(const char* name) const { return observed.flows[flow_of(loaded.model, name)]; }
};

Seen see(const Shipped& shipped, double load, std::int64_t seconds, const Overrides& overrides = {}) {
  Seen seen{shipped.load(overrides), {}};
  RunSettings settings;
  settings.load = load;
  settings.drain = false;  // rows would count what comes meanwhile, flows would not
  const Horizon horizon{.warmup = Duration{0}, .end = Duration{seconds * 1'000'000'000}, .blocks = 1};
  seen.observed = run_replication(seen.loaded.model, settings, horizon);
  return seen;
}

TEST(RatibaTarget, TwoWorkersRunTwiceTheJobs) {
  const Shipped shipped("ratiba-target", "saas-mix");
  const double first = shipped.parameter("workers") * shipped.number({"resources", "worker", "concurrency"}) /
                       shipped.number({"resources", "worker", "poll"}) / shipped.arrivals("job");
  EXPECT_NEAR(first, kJobs, kJobs * kTolerance);
  const JudgedLoad calm = judged(shipped, first * 0.92, kSeconds, kManyThreads);
  EXPECT_FALSE(calm.saturated) << calm.first;
  EXPECT_EQ(judged(shipped, first * 1.08, kSeconds, kManyThreads).first, "jobs");
}

TEST(RatibaTarget, TheBoundIsTheFirstProvidersTokensAndTheLoopsAllowTwiceAsMuch) {
  const BoundAt bound = bound_of(Shipped("ratiba-target", "saas-mix"));
  EXPECT_EQ(bound.resource, "llm.tpm");
  EXPECT_NEAR(bound.load, kTokens, kTokens * kSampled * 2);
  EXPECT_NEAR(bound.of.at("backend.loop"), kLoops, kLoops * kSampled);
  EXPECT_NEAR(bound.of.at("backend.loop"), bound_of(Shipped("ratiba", "saas-mix")).of.at("backend.loop") * 2,
              kLoops * kSampled);
}

constexpr const char* kReadsOnly =
    "scenarios: {mix: {exec: {read: 1, write: null, job: null, converse: null}, rate: 100}}";

TEST(RatibaTarget, ReadsGoToTheReplicaAndNothingOfThemThroughPgbouncer) {
  const Seen seen = see(Shipped("ratiba-target", "saas-mix", {}, kReadsOnly), 1, 20);
  const FlowStats& read = seen.flow("read");
  EXPECT_GT(read.sample.completed, 1500u);
  EXPECT_EQ(read.sample.failed, 0u);
  EXPECT_GT(seen.row("replica.slots").at_end.in_use, 0);
  EXPECT_EQ(seen.row("pgbouncer.cpu").at_end.arrivals, 0u);
}

// Each of 100 tenants has some 24 turns on each backend. Two connections for every tenant, and the shared pool's 10.
constexpr const char* kTwoEach = R"(
resources:
  tenant_pool: {min_size: 2}
flows:
  converse:
    steps:
      - query: {pool: app_pool, cpu: 0.3ms, access: read}
      - query: {pool: tenant_pool, cpu: 1ms, io: 2ms, access: read}
)";
constexpr const char* kTurnsOnly =
    "scenarios: {mix: {exec: {read: null, write: null, job: null, converse: 1}, rate: 40}}";

TEST(RatibaTarget, TwoBackendsDoubleTheTenantsConnectionsButNotThoseOfPostgres) {
  constexpr std::int64_t kTenants = 100;
  const Overrides tenants{{"tenants", std::to_string(kTenants)}};
  const Seen one = see(Shipped("ratiba-pgbouncer", "saas-mix", kTwoEach, kTurnsOnly), 1, 120, tenants);
  EXPECT_EQ(one.row("pgbouncer.clients").at_end.in_use, 10 + 2 * kTenants);
  const Seen two = see(Shipped("ratiba-target", "saas-mix", kTwoEach, kTurnsOnly), 1, 120, tenants);
  EXPECT_EQ(two.row("pgbouncer.clients").at_end.in_use, 2 * (10 + 2 * kTenants));
  EXPECT_LE(two.row("postgres.slots").at_end.in_use, 40);
}

// 80,000 tokens a minute hold 58 turns of 1,366 at once and one a second after that. Five turns a second use that up
// after some 15 s; most of those that come later are turned away.
TEST(RatibaTarget, WhatTheProviderTurnsAwayTheFallbackAnswers) {
  constexpr const char* kFewTokens = "resources: {llm: {tpm: 80000, max_retries: 0}}";
  const Seen alone = see(Shipped("ratiba", "saas-mix", kFewTokens), 5, 60, kManyThreads);
  const auto turned_away = alone.flow("converse").errors.at(error_of(alone.loaded.model, "rate_limited_429"));
  EXPECT_GT(turned_away, 100u);
  const Seen two = see(Shipped("ratiba-target", "saas-mix", kFewTokens), 5, 60, kManyThreads);
  EXPECT_EQ(two.flow("converse").sample.failed, 0u);
  EXPECT_NEAR(static_cast<double>(two.row("llm_fallback.requests").at_end.arrivals), static_cast<double>(turned_away),
              static_cast<double>(turned_away) * 0.1);
}

}  // namespace
}  // namespace loadstone::test
