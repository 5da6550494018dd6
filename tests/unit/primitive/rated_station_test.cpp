#include <gtest/gtest.h>

#include "tests/support/conserved.hpp"
#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

load::Loaded rated(const std::string& keys, const std::vector<Arrivals>& arrivals, const std::string& modifiers = "") {
  return model("topology: t\nresources: {cpu: {kind: station, service: 10s, " + keys +
                   "}}\nflows: {go: {steps: [{visit: cpu" + modifiers + "}]}}\n",
               arrivals_at(arrivals));
}

// Alone at 1, together at 1/2 each. A alone 0-4 (4 of 10 s done); A and B at 1/2 from 4 s: A's other 6 s take 12 s,
// until 16 s, when B has done 6 s; B alone does its last 4 s until 20 s.
TEST(RatedStation, ChangesTheSpeedOfThoseInService) {
  const auto m = rated("servers: 2, rate: [1, 0.5]", {{.count = 1}, {.at = "4s"}});
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].latency.count(), 2u);
  EXPECT_EQ(o.flows[0].latency.sum(), (16 + 16) * kSecond);
  EXPECT_EQ(o.resources[0].at_end.in_use_area, Int128{32} * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// All rates 1: a plain station, to the nanosecond, line and all.
TEST(RatedStation, IsAPlainStationWithRateOne) {
  for (const std::string discipline : {"fifo", "lifo", "sjf", "random"}) {
    const std::vector<Arrivals> arrivals{{.count = 7}, {.at = "3s", .count = 40, .attributes = "", .every = "2s"}};
    const std::string keys = "servers: 3, discipline: " + discipline;
    const auto with = rated(keys + ", rate: [1]", arrivals);
    const auto without = rated(keys, arrivals);
    const Observations a = run_once(with);
    const Observations b = run_once(without);
    EXPECT_EQ(a.flows[0].latency, b.flows[0].latency) << discipline;
    EXPECT_EQ(a.resources[0].meter.wait, b.resources[0].meter.wait) << discipline;
  }
}

// The last entry holds beyond: with 3 busy, 1/4 each. All three need 40 s.
TEST(RatedStation, KeepsTheLastRateBeyondTheList) {
  const auto m = rated("servers: 3, rate: [1, 0.25]", {{.count = 3}});
  EXPECT_EQ(run_once(m).flows[0].latency.sum(), 3 * 40 * kSecond);
}

// Rates above 1 are as good: two together at 2 each, 5 s.
TEST(RatedStation, MayRunFasterTogether) {
  const auto m = rated("servers: 2, rate: [1, 2]", {{.count = 2}});
  EXPECT_EQ(run_once(m).flows[0].latency.sum(), 2 * 5 * kSecond);
}

// The line moves up when somebody ends, and the speed stays: three on two servers at 1/2: 20 s, 20 s, and then alone 10
// s.
TEST(RatedStation, ServesItsLine) {
  const auto m = rated("servers: 2, rate: [1, 0.5]", {{.count = 3}});
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].latency.sum(), (20 + 20 + 30) * kSecond);
  EXPECT_EQ(o.resources[0].meter.wait.sum(), 20 * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// Cancelled at 6 s after 3 s of work each; the other does its 7 s alone, until 13 s.
TEST(RatedStation, SpeedsUpWhenAServiceIsCancelled) {
  const auto m = model(
      "topology: t\nresources: {cpu: {kind: station, servers: 2, service: 10s, rate: [1, 0.5]}}\nflows:\n"
      "  go: {steps: [{visit: cpu}]}\n"
      "  quick: {steps: [{visit: cpu, timeout: 6s, cancel_propagates: inline}]}\n",
      arrivals_at({{.flow = "go"}, {.flow = "quick"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[flow_of(m.model, "go")].latency.max(), 13 * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// 1/3 each is no multiple of 2^-20: the completion is at most a millionth late or early, and everything still balances.
TEST(RatedStation, RoundsARateToAMillionth) {
  const auto m = rated("servers: 3, rate: [1, 0.6666667, 0.3333333]", {{.count = 3}});
  const Observations o = run_once(m);
  EXPECT_NEAR(static_cast<double>(o.flows[0].latency.max()), 30e9, 30e9 * 2e-6);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

}  // namespace
}  // namespace loadstone::test
