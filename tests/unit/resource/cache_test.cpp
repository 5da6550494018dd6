#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/conserved.hpp"
#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kMs = 1'000'000;

load::Loaded cache(const std::string& keys, const std::string& workload, const std::string& after = "") {
  return model("topology: t\nresources: {redis: {kind: redis, command_time: 1ms}, products: {kind: cache, " + keys +
                   "}}\nflows: {go: {steps: [{cache: products, miss: [{delay: 10ms}]}" + after + "]}}\n",
               workload);
}

std::uint64_t mark_of(const load::Loaded& loaded, const Observations& o, const std::string& name) {
  const auto& names = loaded.model.marks;
  return o.marks[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())];
}

const FlowStats& go(const load::Loaded& loaded, const Observations& o) {
  return o.flows[flow_of(loaded.model, "go")];
}

TEST(Cache, AHitCostsOneCommand) {
  const auto m = cache("of: redis, hit: 100%", arrivals_at({{.count = 5, .every = "1s"}}));
  const Observations o = run_once(m);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
  EXPECT_EQ(go(m, o).latency.min(), 1 * kMs);
  EXPECT_EQ(go(m, o).latency.max(), 1 * kMs);
  EXPECT_EQ(mark_of(m, o, "products.hit"), 5u);
  EXPECT_EQ(mark_of(m, o, "products.miss"), 0u);
  EXPECT_EQ(o.resources[row_of(m.model, "redis.cpu")].at_end.granted, 5u);
}

// The command, the steps, the command that stores.
TEST(Cache, AMissCostsTheCommandTheStepsAndTheStore) {
  const auto m = cache("of: redis, hit: 0%", arrivals_at({{.count = 5, .every = "1s"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(go(m, o).latency.min(), (1 + 10 + 1) * kMs);
  EXPECT_EQ(go(m, o).latency.max(), (1 + 10 + 1) * kMs);
  EXPECT_EQ(mark_of(m, o, "products.miss"), 5u);
  EXPECT_EQ(o.resources[row_of(m.model, "redis.cpu")].at_end.granted, 10u);
  EXPECT_EQ(o.resources[row_of(m.model, "products")].at_end.arrivals, 5u);
  EXPECT_EQ(o.resources[row_of(m.model, "products")].at_end.refused, 0u);
}

TEST(Cache, InTheProcessItCostsNothing) {
  const auto hit = cache("hit: 1", arrivals_at({{}}));
  EXPECT_EQ(go(hit, run_once(hit)).latency.max(), 0);
  const auto miss = cache("hit: 0", arrivals_at({{}}));
  EXPECT_EQ(go(miss, run_once(miss)).latency.max(), 10 * kMs);
}

// 4000 lookups, each a hit with probability 0.8: 3200 hits, standard deviation sqrt(4000 x 0.16) = 25.3.
TEST(Cache, HitsWithItsProbability) {
  const auto m = cache("hit: 80%", arrivals_at({{.count = 4000, .every = "10ms"}}));
  const Observations o = run_once(m);
  const double hits = static_cast<double>(mark_of(m, o, "products.hit"));
  EXPECT_NEAR(hits, 3200, 4 * 25.3);
  EXPECT_EQ(mark_of(m, o, "products.hit") + mark_of(m, o, "products.miss"), 4000u);
  EXPECT_EQ(o.resources[row_of(m.model, "products")].at_end.arrivals, 4000u);
}

// What comes behind the lookup draws the same whether it hit or not: all latencies differ by the 10 ms of a miss.
TEST(Cache, AHitOrAMissChangesNoOtherDraw) {
  const std::string workload = arrivals_at({{.count = 100, .every = "1s"}});
  const auto hit = cache("hit: 1", workload, ", {delay: exponential(50ms)}");
  const auto miss = cache("hit: 0", workload, ", {delay: exponential(50ms)}");
  const Observations with_hits = run_once(hit);
  const Observations with_misses = run_once(miss);
  EXPECT_EQ(go(miss, with_misses).latency.sum(), go(hit, with_hits).latency.sum() + 100 * 10 * kMs);
  EXPECT_EQ(go(miss, with_misses).latency.max(), go(hit, with_hits).latency.max() + 10 * kMs);
}

// Two lookups with one draw: what misses with a share of 0.6 misses with 0.3 too, so a greater share only adds hits.
TEST(Cache, AGreaterShareKeepsTheHitsOfASmallerOne) {
  const auto m = model(
      "topology: t\nresources: {large: {kind: cache, hit: 0.6}, small: {kind: cache, hit: 0.3}}\nflows: {go: {steps: ["
      "{cache: large, draw: it, miss: [{cache: small, draw: it, miss: []}]}]}}\n",
      arrivals_at({{.count = 200, .every = "1s"}}));
  const Observations o = run_once(m);
  EXPECT_GT(mark_of(m, o, "large.hit"), 0u);
  EXPECT_EQ(mark_of(m, o, "small.hit"), 0u);
  EXPECT_EQ(mark_of(m, o, "small.miss"), mark_of(m, o, "large.miss"));
}

TEST(Cache, SaysWhatIsWrong) {
  const auto errors = [](const std::string& keys) {
    return errors_of("topology: t\nresources: {q: {kind: station}, c: {kind: cache" + keys +
                         "}}\nflows: {go: {steps: [{cache: c, miss: []}]}}\n",
                     arrivals_at({{}}));
  };
  EXPECT_NE(errors("").find("either a 'hit' ratio or a 'key'"), std::string::npos);
  EXPECT_NE(errors(", hit: 101%").find("'hit' must be at most 1"), std::string::npos);
  EXPECT_NE(errors(", hit: 0.5, of: q").find("'q' is a station, which cannot take commands"), std::string::npos);
  EXPECT_NE(errors(", hit: 0.5, of: nowhere").find("unknown resource 'nowhere'"), std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
