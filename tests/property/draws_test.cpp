// Common random numbers: a change of a pool size, a cache miss, a retry, a third parallel branch or another load
// changes no other draw of the same request. Every draw is compared by request and site, with its service time.
#include <gtest/gtest.h>

#include "tests/support/draw_log.hpp"

namespace loadstone::test {
namespace {

struct Variant {
  std::string pool = "3";
  std::string servers = "4";
  std::string discipline = "fifo";
  std::string hit = "8";      // weight of a cache hit, of 10
  std::string trouble = "3";  // weight of a failure, of 10
  std::string retries = "0";
  std::string third = "";  // a further branch
  std::string other_scenario = "";
};

std::string topology(const Variant& v) {
  return "topology: shop\n"
         "populations: {tenant: {count: 5}}\n"
         "resources:\n"
         "  pool: {kind: semaphore, size: " +
         v.pool +
         ", timeout: 500ms}\n"
         "  db: {kind: station, servers: " +
         v.servers + ", service: lognormal(mean=20ms; cv=1), discipline: " + v.discipline +
         ", patience: exponential(2s)}\n"
         "  disk: {kind: station, servers: 9, service: gamma(mean=5ms; cv=2)}\n"
         "flows:\n"
         "  serve:\n"
         "    steps:\n"
         "      - hold: pool\n"
         "        do: [{visit: db}]\n"
         "        on_error: {any: [{mark: gave_up}]}\n"
         "      - choose: [{weight: " +
         v.hit +
         ", do: [{mark: hit}]}, {weight: 2, do: [{visit: disk}]}]\n"
         "      - do:\n"
         "          - visit: disk\n"
         "          - choose: [{weight: " +
         v.trouble +
         ", do: [{fail: flaky}]}, {weight: 7}]\n"
         "        retry: {max: " +
         v.retries +
         ", base: exponential(5ms), jitter: full}\n"
         "        on_error: {any: [{mark: lost}]}\n"
         "      - repeat: 2\n"
         "        do: [{visit: disk}, {delay: exponential(1ms)}]\n"
         "      - parallel: {branches: [[{visit: db}], [{visit: disk}, {visit: db}]" +
         v.third +
         "]}\n"
         "        on_error: {any: [{mark: lost}]}\n"
         "      - call: audit\n"
         "  audit: {steps: [{visit: disk}]}\n";
}

std::string workload(const Variant& v) {
  return "workload: w\nwarmup: 0s\nattributes: {size: lognormal(mean=3; cv=1)}\n"
         "scenarios:\n"
         "  load: {executor: constant-arrival-rate, exec: serve, rate: 40/s, duration: 20s}\n" +
         v.other_scenario;
}

DrawLog logged(const Variant& v, double load = 1, std::uint64_t seed = 1) {
  RunSettings settings;
  settings.load = load;
  settings.seed = seed;
  return log_draws(model(topology(v), workload(v)), settings);
}

// 40/s for 20 s, some ten draws each.
constexpr std::size_t kMany = 5'000;

void expect_same_draws(const Variant& changed) {
  const DrawLog base = logged({});
  const DrawLog other = logged(changed);
  EXPECT_EQ(difference(base, other), "");
  EXPECT_GT(common_draws(base, other), kMany);
}

TEST(Draws, AnotherSeedDrawsOtherwise) {
  EXPECT_EQ(common_draws(logged({}), logged({}, 1, 2)), 0U);
}

TEST(Draws, APoolSizeChangesNoDraw) {
  expect_same_draws({.pool = "1"});
  expect_same_draws({.pool = "50"});
}

TEST(Draws, TheNumberOfServersAndTheirOrderChangeNoDraw) {
  expect_same_draws({.servers = "1"});
  expect_same_draws({.servers = "1", .discipline = "random"});
  expect_same_draws({.servers = "2", .discipline = "lifo"});
}

TEST(Draws, ACacheMissChangesNoOtherDraw) {
  expect_same_draws({.hit = "1"});
}

TEST(Draws, ARetryChangesNoOtherDraw) {
  expect_same_draws({.retries = "3"});
  expect_same_draws({.trouble = "40", .retries = "5"});
}

TEST(Draws, AThirdBranchChangesNoOtherDraw) {
  expect_same_draws({.third = ", [{visit: db}, {visit: disk}]"});
}

TEST(Draws, AnotherScenarioChangesNoDraw) {
  expect_same_draws(
      {.other_scenario = "  more: {executor: constant-arrival-rate, exec: audit, rate: 70/s, duration: 20s}\n"});
}

// The common requests are those of the smaller load; each comes at half the time, to the rounding.
TEST(Draws, TwiceTheLoadIsTheSameRequestsInHalfTheTime) {
  const DrawLog base = logged({});
  const DrawLog twice = logged({}, 2);
  EXPECT_EQ(difference(base, twice), "");
  EXPECT_GT(common_draws(base, twice), kMany);
  for (const auto& [key, at] : base.arrived_ns) {
    const auto other = twice.arrived_ns.find(key);
    ASSERT_NE(other, twice.arrived_ns.end());
    EXPECT_NEAR(static_cast<double>(at), 2.0 * static_cast<double>(other->second), 2);
  }
}

TEST(Draws, ADrawNameKeepsItsDrawsWhenTheStepMoves) {
  const auto one = [](const std::string& before) {
    return log_draws(
        model("topology: t\nresources: {a: {kind: station, servers: 99, service: exponential(5ms)}}\nflows: "
              "{serve: {steps: [" +
                  before + "{visit: a, draw: query}]}}\n",
              workload({})));
  };
  const DrawLog plain = one("");
  const DrawLog moved = one("{delay: 1ms}, {visit: a}, ");
  EXPECT_EQ(difference(plain, moved), "");
  EXPECT_GE(common_draws(plain, moved), plain.arrived_ns.size());
}

// A user behaves alike whatever the number of users.
TEST(Draws, AVirtualUserIsTheSameAtEveryLoad) {
  const auto users = [](double load) {
    RunSettings settings;
    settings.load = load;
    return log_draws(model(topology({}),
                           "workload: w\nwarmup: 0s\nscenarios: {u: {executor: constant-vus, exec: serve, "
                           "vus: 10, duration: 20s, thinkTime: exponential(100ms)}}\n"),
                     settings);
  };
  const DrawLog base = users(1);
  const DrawLog twice = users(2);
  EXPECT_EQ(difference(base, twice), "");
  EXPECT_GT(common_draws(base, twice), 1'000U);
}

// Replication r is the same whatever their number.
TEST(Draws, FurtherReplicationsChangeNoneBefore) {
  const load::Loaded loaded = model(topology({}), workload({}));
  const std::vector<Observations> two = run_all(loaded, 2);
  const std::vector<Observations> four = run_all(loaded, 4);
  EXPECT_EQ(two[0].fingerprint, four[0].fingerprint);
  EXPECT_EQ(two[1].fingerprint, four[1].fingerprint);
  EXPECT_NE(two[0].fingerprint, two[1].fingerprint);
}

}  // namespace
}  // namespace loadstone::test
