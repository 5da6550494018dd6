#include <gtest/gtest.h>

#include "tests/support/conserved.hpp"
#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

load::Loaded gpu(const std::string& keys, const std::vector<Arrivals>& arrivals,
                 const std::string& steps = "{visit: gpu}") {
  return model("topology: t\nresources: {gpu: {kind: station, " + keys + "}}\nflows: {go: {steps: [" + steps + "]}}\n",
               arrivals_at(arrivals));
}

struct Seen {
  const FlowStats& go;
  const ResourceObservations& gpu;
};
Seen seen(const Observations& o) {
  return {o.flows[0], o.resources[0]};
}

// Without timeout a free server takes what is there: at 0 the first alone, at 10 s the three that came with it.
TEST(BatchStation, StartsWithWhoeverIsThere) {
  const auto m = gpu("service: 10s, batch: {max: 4}", {{.count = 4}});
  const Observations o = run_once(m);
  const auto [go, gpu_row] = seen(o);
  EXPECT_EQ(gpu_row.meter.wait.sum(), 3 * 10 * kSecond);
  EXPECT_EQ(go.latency.sum(), (10 + 3 * 20) * kSecond);
  EXPECT_EQ(gpu_row.at_end.in_use_area, Int128{4 * 10} * kSecond);
  EXPECT_EQ(gpu_row.capacity, 4);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// At most max: of nine at once 1, 4 and 4 are served, until 10, 20 and 30 s.
TEST(BatchStation, TakesNoMoreThanItsMaximum) {
  const auto m = gpu("service: 10s, batch: {max: 4}", {{.count = 9}});
  EXPECT_EQ(run_once(m).flows[0].latency.sum(), (10 + 4 * 20 + 4 * 30) * kSecond);
}

// min 3: the pair waits until the third comes at 7 s.
TEST(BatchStation, WaitsForItsMinimum) {
  const auto m = gpu("service: 10s, batch: {max: 4, min: 3}", {{.count = 2}, {.at = "7s"}});
  const Observations o = run_once(m);
  EXPECT_EQ(o.resources[0].meter.wait.sum(), 2 * 7 * kSecond);
  EXPECT_EQ(o.flows[0].latency.sum(), (2 * 17 + 10) * kSecond);
}

// Timeout 5 s: the two of 0 and 2 s start at 5 s; the one that comes at 5 s (an arrival, after the timeout) is too
// late. It has waited its 5 s at 10 s, but the server is free at 15 s.
TEST(BatchStation, StartsWhenItsFirstMemberHasWaitedLongEnough) {
  const auto m = gpu("service: 10s, batch: {max: 4, timeout: 5s}", {{.count = 1}, {.at = "2s"}, {.at = "5s"}});
  const Observations o = run_once(m);
  EXPECT_EQ(o.resources[0].meter.wait.sum(), (5 + 3 + 10) * kSecond);
  EXPECT_EQ(o.flows[0].latency.sum(), (15 + 13 + 20) * kSecond);
}

// max members do not wait for the timeout; the fifth's own time begins with its arrival.
TEST(BatchStation, StartsAtOnceWhenFull) {
  const auto m = gpu("servers: 2, service: 10s, batch: {max: 4, timeout: 5s}", {{.count = 5}});
  const Observations o = run_once(m);
  EXPECT_EQ(o.resources[0].meter.wait.sum(), 5 * kSecond);
  EXPECT_EQ(o.resources[0].capacity, 8);
}

// The timer of a batch that filled up before does not start the next one early: the second pair starts 5 s after its
// own first member.
TEST(BatchStation, TimesEachBatchByItsOwnFirstMember) {
  const auto m = gpu("servers: 2, service: 1s, batch: {max: 2, timeout: 5s}",
                     {{.count = 1}, {.at = "3s", .count = 2}});  // a pair at 3 s; the third waits from 3 to 8 s
  EXPECT_EQ(run_once(m).resources[0].meter.wait.sum(), (3 + 0 + 5) * kSecond);
}

// timeout 0s never waits for company.
TEST(BatchStation, DoesNotWaitWithATimeoutOfZero) {
  const auto m = gpu("servers: 3, service: 10s, batch: {max: 4, timeout: 0s}", {{.count = 3}});
  EXPECT_EQ(run_once(m).resources[0].meter.wait.max(), 0);
}

// One draw for all: the first member's. Everybody brings another service time: 1, 2 and 3 s.
TEST(BatchStation, TakesTheTimeOfItsFirstMember) {
  const std::string steps = "{visit: {station: gpu, service: $request.ns}}";
  const auto m = gpu("batch: {max: 3, min: 3}",
                     {{.attributes = "ns: integer(2000000000; 2000000000)"},
                      {.attributes = "ns: integer(1000000000; 1000000000)"},
                      {.attributes = "ns: integer(3000000000; 3000000000)"}},
                     steps);
  EXPECT_EQ(run_once(m).flows[0].latency.sum(), 3 * 2 * kSecond);
}

// Patience and the batch's timeout end at one instant: the grant wins.
TEST(BatchStation, GrantsBeforePatienceEndsAtTheSameInstant) {
  const auto m = gpu("service: 10s, patience: 5s, batch: {max: 4, timeout: 5s}", {{.count = 2}});
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].run.completed, 2u);
  EXPECT_EQ(o.resources[0].at_end.timed_out, 0u);
}

// The first of two gives up at 3 s; the second's own 5 s end at 7 s.
TEST(BatchStation, ForgetsAMemberThatGaveUp) {
  const auto m = gpu("service: 1s, batch: {max: 4, timeout: 5s}",
                     {{.count = 1}, {.at = "2s", .attributes = "late: integer(1; 1)"}},
                     "{when: request.late == 0, visit: gpu, timeout: 3s}, {when: request.late == 1, visit: gpu}");
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].errors[error_of(m.model, "timeout")], 1u);
  EXPECT_EQ(o.resources[0].meter.wait.sum(), 5 * kSecond);
  EXPECT_EQ(o.flows[0].latency.max(), 6 * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// A cancel that reaches the server takes one member out; the other's time stands. When the last goes, the server is
// free.
TEST(BatchStation, LosesMembersThatAreCancelled) {
  const std::string steps =
      "{when: request.quick == 1, visit: gpu, timeout: 3s, cancel_propagates: inline}, {when: request.quick == 0, "
      "visit: gpu}";
  const std::string quick = "quick: integer(1; 1)";
  const std::string slow = "quick: integer(0; 0)";
  const auto pair = gpu("service: 10s, batch: {max: 2, min: 2}", {{.attributes = quick}, {.attributes = slow}}, steps);
  const Observations one = run_once(pair);
  EXPECT_EQ(one.flows[0].latency.max(), 10 * kSecond);
  EXPECT_EQ(one.flows[0].failure.max(), 3 * kSecond);
  EXPECT_EQ(one.resources[0].at_end.in_use_area, Int128{13} * kSecond);
  const auto both =
      gpu("service: 10s, batch: {max: 2, min: 2}",
          {{.attributes = quick}, {.attributes = quick}, {.at = "1s", .count = 2, .attributes = slow}}, steps);
  const Observations two = run_once(both);
  EXPECT_EQ(two.flows[0].latency.max(), 12 * kSecond);  // from 1 s, started at 3 s
  EXPECT_TRUE(conserved_and_ended(both.model, two));
}

// A full line refuses, but not who completes a batch.
TEST(BatchStation, RefusesWhoWouldHaveToWaitInAFullLine) {
  const auto m = gpu("service: 10s, queue_limit: 1, batch: {max: 2, min: 2}", {{.count = 2}, {.at = "1s", .count = 2}});
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].errors[error_of(m.model, "queue_full")], 1u);
  EXPECT_EQ(o.resources[0].at_end.refused, 1u);
}

// A member that comes back at the instant at which its batch ends queues behind those who wait: the pair 1, 2 ends at
// 10 s, and 3 and 4 are served before both return.
TEST(BatchStation, ServesTheLineBeforeThoseWhoComeBack) {
  const auto m = gpu("service: 10s, batch: {max: 2, min: 2}", {{.count = 4}}, "{visit: gpu}, {visit: gpu}");
  const Observations o = run_once(m);
  // batches: (1 2) 0-10, (3 4) 10-20, (1 2) 20-30, (3 4) 30-40
  EXPECT_EQ(o.flows[0].latency.sum(), (2 * 30 + 2 * 40) * kSecond);
}

// Without limits nobody waits, for a server or for company.
TEST(BatchStation, WaitsForNobodyInTheBound) {
  const auto m = gpu("service: 10s, batch: {max: 4, min: 3}", {{.count = 2}});
  RunSettings settings;
  settings.everything_relieved = true;
  EXPECT_EQ(run_once(m, settings).flows[0].latency.sum(), 2 * 10 * kSecond);
}

}  // namespace
}  // namespace loadstone::test
