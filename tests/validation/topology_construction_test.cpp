// What breaks first in topologies/construction*.yaml under workloads/saas-mix.yaml, from their own numbers.
//
// Every request computes 2 / 750 s = 2.667 ms on one of two event loops of a droplet; 20 requests a second at load 1.
// One droplet for the vertical and Nginx (construction, -200, -500): the loops allow load 37.5; Nginx takes 50 us of
//   the same two cores, which leaves 2 / (20 x 2.717 ms): load 36.8.
// Postgres: 1 ms a query, two queries a request but one in a job: 39 ms for a second of load 1. 6 % of the requests
//   raise an event, every job and one write in 20: 1.2 ms for their queries by the engines. The relay's two queries a
//   second come to 2 ms a second. One core (-200): (1 - 2 ms) / 40.2 ms: load 24.8, before the vertical. Two cores
//   (-500): 49.7. Four cores: 99.5.
// With two droplets and Nginx elsewhere (-1000): the loops allow load 75, and the language model's tokens 48.8.
// Events: the relay looks once a second and takes 100, so that 100 a second pass. With an event in every write there
//   are 5 a second at load 1: load 20. One engine computes 4 ms for an event: 250 a second.
#include <gtest/gtest.h>

#include "sim/experiment/replications.hpp"
#include "tests/support/model_from_text.hpp"
#include "tests/support/shipped.hpp"

namespace loadstone::test {
namespace {

constexpr double kDroplet = 36.8;     // load at which the droplet of Nginx and the vertical is full
constexpr double kLoops = 37.5;       // load at which two event loops are
constexpr double kTokens = 48.8;      // load at which the provider's tokens are used up
constexpr double kDatabase = 24.8;    // load that a core of Postgres carries beside the relay
constexpr double kTolerance = 0.005;  // of the constants above, which are rounded
constexpr double kSampled = 0.02;     // of the bound, whose mix of requests is drawn
constexpr double kSeconds = 20;       // of a judged run, a multiple of the relay's period: 14,000 requests at the edge

double request_cpu(const Shipped& shipped) {
  return 2 / shipped.parameter("vertical_rate");
}

double requests_per_s(const Shipped& shipped) {
  return shipped.arrivals("read") + shipped.arrivals("write") + shipped.arrivals("converse") + shipped.arrivals("job");
}

// Events for a second of load 1.
double events(const Shipped& shipped, const Overrides& overrides = {}) {
  return shipped.arrivals("write") * shipped.parameter("event_share", overrides) + shipped.arrivals("job");
}

// The load that `cores` of Postgres carry beside the relay's two queries, when it looks every `relay_poll`.
double by_database(const Shipped& shipped, double cores) {
  const double query = shipped.parameter("query_cpu");
  const double queries =
      (requests_per_s(shipped) - shipped.arrivals("job")) * shipped.parameter("queries_per_request") +
      shipped.arrivals("job") + events(shipped);
  return (cores - 2 * query / shipped.parameter("relay_poll")) / (queries * query);
}

// --- One droplet for Nginx and the vertical ---

class OneDroplet : public testing::TestWithParam<const char*> {};

TEST_P(OneDroplet, TheEventLoopsBreakFirst) {
  const Shipped shipped(GetParam(), "saas-mix");
  expect_breaks_between(shipped, kDroplet * 0.92, kDroplet * 1.06, kSeconds, "vertical.loop");
}

TEST_P(OneDroplet, TheBoundIsTheCoresThatTheLoopsShareWithNginx) {
  const Shipped shipped(GetParam(), "saas-mix");
  const double loops = 2 / (requests_per_s(shipped) * request_cpu(shipped));
  const double droplet = 2 / (requests_per_s(shipped) * (request_cpu(shipped) + shipped.parameter("nginx_cpu")));
  EXPECT_NEAR(loops, kLoops, kLoops * kTolerance);
  EXPECT_NEAR(droplet, kDroplet, kDroplet * kTolerance);
  const BoundAt bound = bound_of(shipped);
  EXPECT_EQ(bound.resource, "vertical_droplet.cpu");
  EXPECT_NEAR(bound.load, droplet, droplet * kSampled);
  EXPECT_NEAR(bound.of.at("vertical.loop"), loops, loops * kSampled);
}

INSTANTIATE_TEST_SUITE_P(Construction, OneDroplet, testing::Values("construction", "construction-500"),
                         [](const auto& instance) {
                           return std::string(instance.index == 0 ? "Analysis" : "Recommended");
                         });

// --- The three configurations ---

TEST(ConstructionMinimum, TheOneCoreOfPostgresBreaksFirst) {
  const Shipped shipped("construction-200", "saas-mix");
  const double database = by_database(shipped, 1);
  EXPECT_NEAR(database, kDatabase, kDatabase * kTolerance);
  expect_breaks_between(shipped, kDatabase * 0.92, kDatabase * 1.08, kSeconds, "database.cpu");
}

TEST(ConstructionRecommended, TwoCoresOfPostgresCarryMoreThanTheDroplet) {
  const Shipped shipped("construction-500", "saas-mix");
  EXPECT_GT(by_database(shipped, 2), kDroplet * 1.3);
  // The bound is taken at load 1, where a look at the outbox is not yet a look a second for every 1.2 events: somewhat
  // below.
  EXPECT_NEAR(bound_of(shipped).of.at("database.cpu"), by_database(shipped, 2), by_database(shipped, 2) * 0.05);
}

TEST(ConstructionThousand, TheTokensBreakBeforeTwoDroplets) {
  const Shipped shipped("construction-1000", "saas-mix");
  const double tokens = shipped.number({"resources", "llm", "tpm"}) / 60 /
                        (shipped.parameter("input_tokens") + shipped.parameter("output_tokens")) /
                        shipped.arrivals("converse");
  EXPECT_NEAR(tokens, kTokens, kTokens * kTolerance);
  const BoundAt bound = bound_of(shipped);
  EXPECT_EQ(bound.resource, "llm.tpm");
  EXPECT_NEAR(bound.load, tokens, tokens * kSampled * 2);
  EXPECT_NEAR(bound.of.at("vertical.loop"), kLoops * 2, kLoops * 2 * kSampled);
  expect_breaks_between(shipped, kTokens * 0.9, kTokens * 1.1, kSeconds, "llm.tpm");
}

// Two loops of 20 connections, two of the relay and five of the engines: 47, and Postgres with 2 GB has 50, of which 3
// are reserved. With one more in each pool of the vertical it refuses two.
TEST(ConstructionMinimum, ThePoolsMayOpenJustTheConnectionsThatThereAre) {
  constexpr const char* kAllOpen =
      "resources: {app_pool: {min_size: $db_pool_size}, relay_pool: {min_size: 2}, engines_pool: {min_size: 5}}";
  const Shipped shipped("construction-200", "saas-mix", kAllOpen);
  const auto slots = [&](const char* pool_size) {
    const load::Loaded loaded = shipped.load({{"db_pool_size", pool_size}});
    RunSettings settings;
    settings.drain = false;
    const Horizon horizon{.warmup = Duration{0}, .end = Duration{10'000'000'000}, .blocks = 1};
    const Observations observed = run_replication(loaded.model, settings, horizon);
    return observed.resources[row_of(loaded.model, "postgres.slots")].at_end;
  };
  const Totals fits = slots("20");
  EXPECT_EQ(fits.in_use, 47);
  EXPECT_EQ(fits.refused, 0u);
  const Totals one_more = slots("21");
  EXPECT_EQ(one_more.in_use, 47);
  EXPECT_GT(one_more.refused, 0u);
}

// The relay empties the outbox once a second: between two looks it grows, and the search takes that for what it is.
// Under workloads/construction-peak.yaml a request computes 2.667 ms on four loops and asks four cores for 2.01 ms:
// 1,500 a second of 5,000.
TEST(ConstructionThousand, TheSearchFindsTheLoopsAndNotTheOutbox) {
  const Saturated found = first_to_break(Shipped("construction-1000", "construction-peak"), {}, {.replications = 4});
  EXPECT_EQ(found.resource, "vertical.loop");
  EXPECT_NEAR(found.at.value, 0.3, 0.3 * 0.05);
}

// --- Events ---

TEST(ConstructionEvents, TheRelayPassesOnWhatItFindsOnceASecond) {
  const Overrides every_write{{"event_share", "100%"}};
  const Shipped shipped("construction", "saas-mix");
  const double relayed = shipped.parameter("relay_batch") / shipped.parameter("relay_poll");
  const double first = relayed / events(shipped, every_write);
  EXPECT_NEAR(first, 20, 20 * kTolerance);
  expect_breaks_between(shipped, first * 0.9, first * 1.1, kSeconds, "outbox", every_write);
}

// Engines that compute 10 ms for an event process 100 a second, which is less than what a faster relay brings. They
// take up to ten events and compute for one of them at a time, so that there is a line at their loop before one in the
// stream.
TEST(ConstructionEvents, SlowEnginesBreakFirstHoweverManyEventsTheyTake) {
  const Overrides slow{{"event_share", "100%"}, {"event_cpu", "10ms"}, {"relay_batch", "400"}};
  const Shipped shipped("construction", "saas-mix");
  const double first = 1 / shipped.parameter("event_cpu", slow) / events(shipped, slow);
  EXPECT_NEAR(first, 20, 20 * kTolerance);
  EXPECT_NEAR(bound_of(shipped, slow).of.at("engines.loop"), first, first * kSampled);
  expect_breaks_between(shipped, first * 0.88, first * 1.1, kSeconds, "engines.loop", slow);
}

}  // namespace
}  // namespace loadstone::test
