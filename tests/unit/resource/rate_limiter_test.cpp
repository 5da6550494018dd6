#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

load::Loaded limiter(const std::string& keys, const std::string& workload, const std::string& step = "pass: gate") {
  return model("topology: t\npopulations: {tenant: {count: 10}}\nresources: {gate: {kind: rate_limiter, " + keys +
                   "}}\nflows: {go: {steps: [{" + step + "}]}, big: {steps: [{pass: {limiter: gate, cost: 3}}]}}\n",
               workload);
}

struct Seen {
  const FlowStats& go;
  const ResourceObservations& gate;
};

Seen seen(const load::Loaded& loaded, const Observations& o) {
  return {o.flows[flow_of(loaded.model, "go")], o.resources[row_of(loaded.model, "gate")]};
}

// Burst 2, 1/s: of four at once two go on at 0, the third at 1 s, the fourth at 2 s.
TEST(RateLimiter, AdmitsTheBurstAtOneInstantThenPacesTheRest) {
  const auto m = limiter("rate: 1/s, burst: 2, policy: delay", arrivals_at({{.count = 4}}));
  const Observations o = run_once(m);
  const auto [go, gate] = seen(m, o);
  EXPECT_EQ(go.latency.count(), 4u);
  EXPECT_EQ(go.latency.count_at_most(0), 2u);
  EXPECT_EQ(go.latency.max(), 2'000'000'000);
  EXPECT_EQ(go.latency.sum(), 3'000'000'000);
  EXPECT_EQ(gate.at_end.granted, 4u);
  EXPECT_EQ(gate.at_end.waited, 2u);
  EXPECT_EQ(gate.meter.wait_sum, 3'000'000'000);
}

TEST(RateLimiter, RejectsWhatFindsTooFewTokens) {
  const auto m = limiter("rate: 1/s, burst: 2", arrivals_at({{.count = 4}}));
  const Observations o = run_once(m);
  const auto [go, gate] = seen(m, o);
  EXPECT_EQ(go.run.completed, 2u);
  EXPECT_EQ(go.errors[error_of(m.model, "rate_limited")], 2u);
  EXPECT_EQ(gate.at_end.refused, 2u);
}

// 3/s: a token every 333,333,333 1/3 ns. The n-th wait ends at n/3 s, rounded up, and the thirds are never lost: the
// 300th is granted at 100 s to the nanosecond.
TEST(RateLimiter, LosesNoFractionOfATokenAndGrantsAtTheNanosecond) {
  const auto m = limiter("rate: 3/s, burst: 1, policy: delay", arrivals_at({{.count = 301}}));
  const Observations o = run_once(m);
  const auto [go, gate] = seen(m, o);
  EXPECT_EQ(go.latency.max(), 100'000'000'000);
  Int128 sum = 0;
  for (std::int64_t n = 0; n <= 300; ++n) {
    sum += (n * 1'000'000'000 + 2) / 3;
  }
  EXPECT_EQ(go.latency.sum(), sum);
}

// An arrival at the instant of the refill (Phase::arrival) comes after the refill: the token is there.
TEST(RateLimiter, AnArrivalAtTheInstantOfTheRefillPasses) {
  const auto m = limiter("rate: 1/s, burst: 1", arrivals_at({{}, {.at = "999999999ns"}, {.at = "1s"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(seen(m, o).go.run.completed, 2u);
  EXPECT_EQ(seen(m, o).go.run.failed, 1u);
}

// At 1 s a token comes in, for the one who waits: who arrives at 1 s waits until 2 s.
TEST(RateLimiter, AnArrivalAtTheInstantOfAGrantDoesNotOvertakeTheLine) {
  const auto m = limiter("rate: 1/s, burst: 1, policy: delay", arrivals_at({{.count = 2}, {.at = "1s"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(seen(m, o).go.latency.sum(), 2'000'000'000);  // 0 + 1 + 1
}

// `big` wants 3 of a burst of 3. It stands first in line, so `go`, which wants 1, waits behind it: 3 s and 4 s.
TEST(RateLimiter, ASmallRequestDoesNotOvertakeALargeOne) {
  const auto m =
      limiter("rate: 1/s, burst: 3, policy: delay", arrivals_at({{.flow = "big"}, {.flow = "big"}, {.flow = "go"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[flow_of(m.model, "big")].latency.max(), 3'000'000'000);
  EXPECT_EQ(seen(m, o).go.latency.max(), 4'000'000'000);
}

// The large request gives up at 1 s; the small one behind it finds the token that came in: it goes on at 1 s. A grant
// at the instant of the timeout wins.
TEST(RateLimiter, ATimeoutLetsTheNextInLineGoOn) {
  const auto m = model(
      "topology: t\nresources: {gate: {kind: rate_limiter, rate: 1/s, burst: 3, policy: delay}}\n"
      "flows:\n  go: {steps: [{pass: gate, timeout: 1s}]}\n  big: {steps: [{pass: {limiter: gate, cost: 3}, timeout: "
      "1s}]}\n",
      arrivals_at({{.flow = "big"}, {.flow = "big"}, {.flow = "go"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[flow_of(m.model, "big")].run.failed, 1u);
  EXPECT_EQ(seen(m, o).go.run.completed, 1u);
  EXPECT_EQ(seen(m, o).go.latency.max(), 1'000'000'000);
  EXPECT_EQ(seen(m, o).gate.at_end.timed_out, 1u);
}

TEST(RateLimiter, RefusesMoreThanTheBurstUnderEitherPolicy) {
  for (const char* policy : {"reject", "delay"}) {
    const auto m = limiter("rate: 1/s, burst: 2, policy: " + std::string(policy), arrivals_at({{.flow = "big"}}));
    const Observations o = run_once(m);
    EXPECT_EQ(o.flows[flow_of(m.model, "big")].errors[error_of(m.model, "rate_limited")], 1u);
  }
}

TEST(RateLimiter, KeepsABucketForEachValueOfLimitBy) {
  const auto m = limiter("rate: 1/s, burst: 1, limit_by: tenant",
                         arrivals_at({{.count = 2, .attributes = "tenant: integer(3; 3)"},
                                      {.count = 1, .attributes = "tenant: integer(4; 4)"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(seen(m, o).go.run.completed, 2u);
  EXPECT_EQ(seen(m, o).gate.members, 2u);
}

// Utilisation is consumption over rate: 10 requests of 1 token at 2/s keep it busy for 5 s, whenever they come.
TEST(RateLimiter, IsInUseForTheTimeThatItsTokensTakeToComeIn) {
  for (const char* every : {"100ms", "1s", "7s"}) {
    const auto m = limiter("rate: 2/s, burst: 20", arrivals_at({{.count = 10, .every = every}}));
    const Observations o = run_once(m);
    EXPECT_EQ(seen(m, o).gate.at_end.in_use_area, 5'000'000'000) << every;
    EXPECT_EQ(seen(m, o).gate.at_end.refused, 0u);
  }
}

// Relieved it lets everybody through, and says what they took: 30 tokens at 1/s are 30 s.
TEST(RateLimiter, WithoutALimitStillCountsWhatIsTaken) {
  const auto m = limiter("rate: 1/s, burst: 2, policy: delay", arrivals_at({{.flow = "big", .count = 10}}));
  RunSettings settings;
  settings.relieved = {"gate"};
  const Observations o = run_once(m, settings);
  EXPECT_EQ(o.flows[flow_of(m.model, "big")].latency.max(), 0);
  EXPECT_EQ(seen(m, o).gate.at_end.in_use_area, 30'000'000'000);
  EXPECT_EQ(seen(m, o).gate.at_end.refused, 0u);
}

// An overload of 2/s against 1/s: from then on every second request is rejected.
TEST(RateLimiter, UnderOverloadPassesItsRate) {
  const auto m = limiter("rate: 1/s, burst: 10", arrivals_at({{.count = 200, .every = "500ms"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(seen(m, o).go.run.completed, 109u);  // burst 10 + 1 for each of the 99 whole seconds of 0 .. 99.5 s
}

TEST(RateLimiter, ReportsAnUnknownAttributeAndABadRate) {
  EXPECT_NE(errors_of("topology: t\nresources: {gate: {kind: rate_limiter, rate: 5, limit_by: tenent}}\nflows: {go: "
                      "{steps: [{pass: gate}]}}\n",
                      arrivals_at({{}}))
                .find("must be a rate"),
            std::string::npos);
  EXPECT_NE(errors_of("topology: t\nresources: {gate: {kind: rate_limiter, rate: 5/s, limit_by: tenent}}\nflows: {go: "
                      "{steps: [{pass: gate}]}}\n",
                      arrivals_at({{}}))
                .find("'limit_by' names an unknown attribute 'tenent'"),
            std::string::npos);
}

// --- windows of the clock -----------------------------------------------------------------------------------------

SeenRun windows(const std::string& keys, const std::vector<Arrivals>& arrivals, const RunSettings& settings = {}) {
  return SeenRun(model("topology: t\npopulations: {tenant: {count: 9}}\nresources:\n  gate: {kind: rate_limiter, " +
                           keys + "}\nflows:\n" + flows_named({"a", "b", "c"}, "{pass: gate}") +
                           flows_named({"big"}, "{pass: {limiter: gate, cost: 3}}"),
                       arrivals_at(arrivals)),
                 settings);
}

// Two a second and five a minute. What is refused by the second's window does not count in the minute's.
TEST(FixedWindows, AllMustHaveRoom) {
  const SeenRun seen = windows("second: 2, minute: 5", {{.flow = "a", .count = 3},
                                                        {.flow = "b", .at = "1s", .count = 3},
                                                        {.flow = "c", .at = "2s", .count = 3},
                                                        {.flow = "c", .at = "59999ms"},
                                                        {.flow = "a", .at = "60s"}});
  EXPECT_EQ(seen.completed("a"), 2u + 1u);
  EXPECT_EQ(seen.completed("b"), 2u);
  EXPECT_EQ(seen.completed("c"), 1u);
  EXPECT_EQ(seen.totals("gate").refused, 1u + 1u + 2u + 1u);
}

// Costs of 3, 3 and 1 of an hour's 7; a further 1 has no room.
TEST(FixedWindows, CountCosts) {
  const SeenRun seen = windows("hour: 7", {{.flow = "big", .count = 3}, {.flow = "a", .count = 2}});
  EXPECT_EQ(seen.completed("big"), 2u);
  EXPECT_EQ(seen.completed("a"), 1u);
}

TEST(FixedWindows, AreOneForEachValue) {
  const SeenRun seen = windows("day: 1, limit_by: tenant", {{.flow = "a", .attributes = "tenant: integer(1; 1)"},
                                                            {.flow = "b", .attributes = "tenant: integer(2; 2)"},
                                                            {.flow = "c", .attributes = "tenant: integer(2; 2)"}});
  EXPECT_EQ(seen.completed("a") + seen.completed("b"), 2u);
  EXPECT_EQ(seen.failed("rate_limited", "c"), 1u);
}

// 60 a minute are one a second: ten at once use up ten seconds of that, then five at 30 s five; and the same relieved,
// where 70 at once use 70.
TEST(FixedWindows, AreUsedByWhatPasses) {
  EXPECT_EQ(windows("minute: 60", {{.flow = "a", .count = 10}, {.flow = "b", .at = "30s", .count = 5}}).used_ms("gate"),
            15'000);
  RunSettings settings;
  settings.relieved = {"gate"};
  EXPECT_EQ(windows("minute: 60", {{.flow = "a", .count = 70}}, settings).used_ms("gate"), 70'000);
}

}  // namespace
}  // namespace loadstone::test
