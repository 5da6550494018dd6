// What breaks first in topologies/rithmxo.yaml under workloads/saas-mix.yaml, from its own numbers.
//
// First: the provider's tokens. 4 M a minute, 1,155 + 211 for each call: 48.8 calls a second. One request in 20 of
//   20 a second makes a call: load 48.8.
// Next: the provider's requests. 5,000 a minute: load 83.3.
// Then: the cores of the nodes, far behind. Without a provider's limits a second of load 1 takes 19 x 2.25 ms + 1 ms
//   (jobs) + 5 ms (their operations) = 48.8 ms of 3 nodes with 8 cores each: load 492.
// With PgBouncer, 100 services: the same. A service's pool of 10 connections is in use for some ten thousandths of the
//   time; only what one provider gives to all of them together does not grow with their number.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/model_from_text.hpp"
#include "tests/support/shipped.hpp"

namespace loadstone::test {
namespace {

constexpr double kFirst = 48.8;       // load at which the tokens are used up
constexpr double kNext = 83.3;        // load at which the requests are
constexpr double kNodes = 492;        // load at which the cores are
constexpr double kTolerance = 0.005;  // of the constants above, which are rounded
constexpr double kSampled = 0.03;     // of the bound, whose mix of requests is drawn
constexpr double kSeconds = 20;       // of a judged run: 1,000 calls at the edge

// Calls per second that the tokens, and the requests, of the provider allow.
double calls_by_tokens(const Shipped& shipped, const Overrides& overrides = {}) {
  const double each = shipped.parameter("input_tokens", overrides) + shipped.parameter("output_tokens", overrides);
  return shipped.number({"resources", "llm", "tpm"}) / 60 / each;
}
double calls_by_requests(const Shipped& shipped) {
  return shipped.number({"resources", "llm", "rpm"}) / 60;
}

// Seconds of the nodes' cores for a second of load 1: what every request computes, and jobs with their operations.
double node_seconds(const Shipped& shipped, const Overrides& overrides = {}) {
  const double requests = shipped.arrivals("read") + shipped.arrivals("write") + shipped.arrivals("converse");
  return requests * shipped.parameter("request_cpu", overrides) +
         shipped.arrivals("job") * (shipped.number({"flows", "job", "steps", "0", "cpu"}) +
                                    shipped.number({"flows", "run_operation", "steps", "0", "cpu"}));
}

double nodes(const Shipped& shipped) {
  return std::ceil(shipped.parameter("services") / 17);
}

class Rithmxo : public testing::TestWithParam<const char*> {};

TEST_P(Rithmxo, TheProvidersTokensAreUsedUpFirst) {
  const Shipped shipped(GetParam(), "saas-mix");
  const double first = calls_by_tokens(shipped) / shipped.arrivals("converse");
  EXPECT_NEAR(first, kFirst, kFirst * kTolerance);
  expect_breaks_between(shipped, first * 0.9, first * 1.06, kSeconds, "llm.tpm");
}

// At 1.05 times the rate the bucket, a minute's worth of tokens, lasts for 20 minutes; it counts as used up when 95 %
// of what comes in is spent.
TEST_P(Rithmxo, TheBoundIsTheTokensToo) {
  const Shipped shipped(GetParam(), "saas-mix");
  const BoundAt bound = bound_of(shipped);
  EXPECT_EQ(bound.resource, "llm.tpm");
  EXPECT_NEAR(bound.load, kFirst, kFirst * kSampled);
  const double requests = calls_by_requests(shipped) / shipped.arrivals("converse");
  EXPECT_NEAR(requests, kNext, kNext * kTolerance);
  EXPECT_NEAR(bound.of.at("llm.rpm"), requests, requests * kSampled);
  const double cores = nodes(shipped) * shipped.number({"hosts", "node", "cores"}) / node_seconds(shipped);
  EXPECT_NEAR(bound.of.at("node.cpu"), cores, cores * kSampled);
  EXPECT_GT(bound.of.at("pool"), cores * 10);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutAPooler, Rithmxo, testing::Values("rithmxo", "rithmxo-pgbouncer"),
                         [](const auto& instance) { return std::string(instance.index == 0 ? "Without" : "With"); });

TEST(RithmxoVaried, TheSearchFindsTheTokensToo) {
  const Shipped shipped("rithmxo", "saas-mix");
  const Saturated found = first_to_break(shipped, {}, {.replications = 4});
  EXPECT_EQ(found.limited_by, "resource");
  EXPECT_EQ(found.resource, "llm.tpm");
  EXPECT_NEAR(found.at.value, kFirst, kFirst * 0.05);
  EXPECT_EQ(found.bound_resource, "llm.tpm");
}

// Short prompts and answers leave 120 tokens a call, 556 calls a second: then the number of calls counts.
TEST(RithmxoVaried, ShortPromptsLeaveTheProvidersRequestsAsTheFirst) {
  const Overrides brief{{"input_tokens", "100"}, {"output_tokens", "20"}};
  const Shipped shipped("rithmxo", "saas-mix");
  EXPECT_GT(calls_by_tokens(shipped, brief), calls_by_requests(shipped) * 5);
  const double requests = calls_by_requests(shipped) / shipped.arrivals("converse");
  const BoundAt bound = bound_of(shipped, brief);
  EXPECT_EQ(bound.resource, "llm.rpm");
  EXPECT_NEAR(bound.load, requests, requests * kSampled);
  expect_breaks_between(shipped, requests * 0.9, requests * 1.06, kSeconds, "llm.rpm", brief);
}

// Without the provider's limits the nodes are next; the constant says where.
TEST(RithmxoVaried, WithoutLimitsOfTheProviderTheNodesAreNext) {
  const Shipped shipped("rithmxo", "saas-mix", "resources: {llm: {rpm: null, tpm: null}}");
  const BoundAt bound = bound_of(shipped);
  EXPECT_EQ(bound.resource, "node.cpu");
  EXPECT_NEAR(bound.load, kNodes, kNodes * kSampled);
}

// Requests that compute for 50 ms instead of 2.25: 956 ms of 24 cores for a second of load 1, load 25.1. The services
// are not spread evenly over the nodes, and the most loaded node breaks first, so the truth is below.
TEST(RithmxoVaried, HeavyRequestsLeaveTheNodesAsTheFirst) {
  const Overrides heavy{{"request_cpu", "50ms"}};
  const Shipped shipped("rithmxo", "saas-mix");
  const double cores = nodes(shipped) * shipped.number({"hosts", "node", "cores"}) / node_seconds(shipped, heavy);
  EXPECT_NEAR(cores, 25.1, 25.1 * kTolerance);
  const BoundAt bound = bound_of(shipped, heavy);
  EXPECT_EQ(bound.resource, "node.cpu");
  EXPECT_NEAR(bound.load, cores, cores * kSampled);
  expect_breaks_between(shipped, cores * 0.75, cores * 1.05, kSeconds, "node.cpu", heavy);
}

// 50 services of at most 20 connections can ask for 1,000 of the 997 that Postgres gives to them. They do not: a
// service has some 20 requests a second, each of a few milliseconds, so its pool opens two or three.
TEST(RithmxoVaried, TheConnectionsThatAreAllowedAreMoreThanThereAreAndYetEnough) {
  const Shipped shipped("rithmxo", "saas-mix");
  EXPECT_GT(shipped.parameter("services") * shipped.parameter("pool_size"), shipped.parameter("max_connections") - 3);
  const load::Loaded loaded = shipped.load();
  RunSettings settings;
  settings.load = kFirst * 0.9;
  const Horizon horizon{.warmup = Duration{1'000'000'000}, .end = Duration{10'000'000'000}};
  const Observations observed = run_replication(loaded.model, settings, horizon);
  const ResourceObservations& slots = observed.resources[row_of(loaded.model, "postgres.slots")];
  EXPECT_EQ(slots.at_end.refused, 0u);
  EXPECT_GT(slots.at_end.arrivals, 0u);
}

}  // namespace
}  // namespace loadstone::test
