#include <gtest/gtest.h>

#include "tests/support/conserved.hpp"
#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

load::Loaded station(const std::string& keys, const std::vector<Arrivals>& arrivals,
                     const std::string& modifiers = "") {
  return model("topology: t\nresources: {s: {kind: station, " + keys + "}}\nflows: {go: {steps: [{visit: s" +
                   modifiers + "}]}}\n",
               arrivals_at(arrivals));
}

// --- setup --------------------------------------------------------------------------------------------------------

// The first wakes the server: 3 + 10 s. The second finds it at work and pays nothing, until 23 s. The third comes later
// and wakes it again.
TEST(Station, PaysToWakeAnIdleServer) {
  const auto m = station("service: 10s, setup: 3s", {{.count = 1}, {.at = "1s"}, {.at = "30s"}});
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].latency.sum(), (13 + 22 + 13) * kSecond);
  EXPECT_EQ(o.resources[0].at_end.in_use_area, Int128{3 * 10 + 2 * 3} * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// At the instant of a completion the server has become idle: an arrival wakes it.
TEST(Station, IsIdleFromTheInstantOfItsLastCompletion) {
  const auto m = station("service: 10s, setup: 3s", {{.count = 1}, {.at = "13s"}});
  EXPECT_EQ(run_once(m).flows[0].latency.sum(), 2 * 13 * kSecond);
}

// Of two servers each is woken by itself.
TEST(Station, WakesEachServerByItself) {
  const auto m = station("servers: 2, service: 10s, setup: 3s", {{.count = 3}});
  EXPECT_EQ(run_once(m).flows[0].latency.sum(), (13 + 13 + 23) * kSecond);
}

// --- sharing_limit ------------------------------------------------------------------------------------------------

// Three at once share one server two at a time: 1 and 2 until 20 s, then 3 alone until 30 s.
TEST(Station, SharesAmongAtMostSoMany) {
  const auto m = station("service: 10s, discipline: processor_sharing, sharing_limit: 2", {{.count = 3}});
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].latency.sum(), (20 + 20 + 30) * kSecond);
  const ResourceObservations& slots = o.resources[row_of(m.model, "s.slots")];
  EXPECT_EQ(slots.meter.wait.sum(), 20 * kSecond);
  EXPECT_EQ(slots.at_end.in_use_area, Int128{20 + 20 + 10} * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

TEST(Station, RefusesWhoWouldWaitToShare) {
  const auto m =
      station("service: 10s, discipline: processor_sharing, sharing_limit: 1, queue_limit: 0", {{.count = 2}});
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].errors[error_of(m.model, "queue_full")], 1u);
  const auto impatient =
      station("service: 10s, discipline: processor_sharing, sharing_limit: 1, patience: 4s", {{.count = 2}});
  EXPECT_EQ(run_once(impatient).flows[0].failure.max(), 4 * kSecond);
}

// A timeout gives the place back though the work goes on.
TEST(Station, LetsTheNextShareWhenOneIsCancelled) {
  const auto m = station("service: 10s, discipline: processor_sharing, sharing_limit: 1", {{.count = 2}},
                         ", timeout: 12s, cancel_propagates: inline");
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].run.completed, 1u);
  EXPECT_EQ(o.flows[0].failure.max(), 12 * kSecond);
  EXPECT_EQ(o.resources[row_of(m.model, "s.slots")].at_end.in_use, 0);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// --- what excludes what -------------------------------------------------------------------------------------------

TEST(Station, SaysWhichKeysExcludeEachOther) {
  const auto says = [](const std::string& keys, const std::string& message) {
    const std::string errors = errors_of(
        "topology: t\nresources: {s: {kind: station, service: 1s, " + keys + "}}\nflows: {go: {steps: [{visit: s}]}}\n",
        arrivals_at({{}}));
    EXPECT_NE(errors.find(message), std::string::npos) << keys << "\n" << errors;
  };
  says("batch: {max: 2}, setup: 1s", "exclude each other");
  says("preemptive: true, rate: [1, 0.5], discipline: lifo", "exclude each other");
  says("preemptive: true", "'preemptive' needs");
  says("preemptive: true, discipline: sjf", "'preemptive' needs");
  says("sharing_limit: 2", "'sharing_limit' needs");
  says("discipline: processor_sharing, queue_limit: 2", "nobody waits");
  says("discipline: processor_sharing, rate: [1]", "under processor_sharing there is no");
  says("discipline: priority, batch: {max: 2}", "first come, first in");
  says("batch: {max: 2, min: 2, timeout: 1s}", "not for both");
  says("batch: {max: 2, min: 3}", "greater than its 'max'");
  says("batch: {min: 3}", "missing key 'max'");
  says("rate: 0.5", "'rate' must be a list");
  says("rate: [1, 0]", "must be above 0");
}

TEST(Station, CannotBeHeldUnlessItsServersAreUnits) {
  for (const std::string keys : {"batch: {max: 2}", "preemptive: true, discipline: lifo", "rate: [1, 2]"}) {
    EXPECT_NE(errors_of("topology: t\nresources: {s: {kind: station, service: 1s, " + keys +
                            "}}\nflows: {go: {steps: [{hold: s, do: [{delay: 1s}]}]}}\n",
                        arrivals_at({{}}))
                  .find("cannot be held"),
              std::string::npos)
        << keys;
  }
}

}  // namespace
}  // namespace loadstone::test
