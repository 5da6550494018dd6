#include <gtest/gtest.h>

#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kMs = 1'000'000;

load::Loaded flow(const std::string& steps, const std::string& hit = "0") {
  return model("topology: t\nresources: {redis: {kind: redis, command_time: 1ms}, c: {kind: cache, of: redis, hit: " +
                   hit + "}}\nflows: {go: {steps: [" + steps + "]}}\n",
               arrivals_at({{}}));
}

const FlowStats& go(const load::Loaded& loaded, const Observations& o) {
  return o.flows[flow_of(loaded.model, "go")];
}

TEST(CacheStep, GoesOnBehindItAfterAHitAndAfterAMiss) {
  for (const std::string hit : {"0", "1"}) {
    const auto m = flow("{cache: c, miss: [{delay: 10ms}]}, {delay: 3ms}", hit);
    EXPECT_EQ(go(m, run_once(m)).latency.max(), (hit == "1" ? 1 + 3 : 1 + 10 + 1 + 3) * kMs);
  }
}

TEST(CacheStep, MayBeWrittenAsAMapping) {
  const auto m = flow("{cache: {cache: c}, miss: [{delay: 10ms}]}");
  EXPECT_EQ(go(m, run_once(m)).latency.max(), 12 * kMs);
}

// Another lookup inside a miss: the outer store comes last. 1 + (1 + 10 + 1) + 1.
TEST(CacheStep, MayStandInTheMissOfAnother) {
  const auto m = flow("{cache: c, miss: [{cache: c, miss: [{delay: 10ms}]}]}");
  EXPECT_EQ(go(m, run_once(m)).latency.max(), 14 * kMs);
}

TEST(CacheStep, AFailedMissStoresNothing) {
  const auto m = flow("{cache: c, miss: [{fail: broken}]}");
  const Observations o = run_once(m);
  EXPECT_EQ(go(m, o).failure.max(), 1 * kMs);
  EXPECT_EQ(o.resources[row_of(m.model, "redis.cpu")].at_end.granted, 1u);
}

TEST(CacheStep, SaysWhatIsWrong) {
  const auto errors = [](const std::string& step) {
    return errors_of("topology: t\nresources: {q: {kind: station}, c: {kind: cache, hit: 0}}\nflows: {go: {steps: [" +
                         step + "]}}\n",
                     arrivals_at({{}}));
  };
  EXPECT_NE(errors("{cache: c}").find("missing key 'miss'"), std::string::npos);
  EXPECT_NE(errors("{cache: q, miss: []}").find("'q' is a station, which cannot be looked up in"), std::string::npos);
  EXPECT_NE(errors("{cache: c, mis: []}").find("did you mean 'miss'"), std::string::npos);
  EXPECT_NE(errors("{cache: c, miss: [{goto: go}]}").find("'goto' may only be the last thing"), std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
