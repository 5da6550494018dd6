#include <gtest/gtest.h>

#include "tests/support/conserved.hpp"
#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// `low` (rank 2) wants 10 s, `mid` (rank 1) 4 s, `top` (rank 0) 1 s.
load::Loaded classes(const std::vector<Arrivals>& arrivals, const std::string& keys = "discipline: priority",
                     const std::string& modifiers = "") {
  const auto visit = [&](const std::string& name, int rank, const std::string& time) {
    return "  " + name + ": {steps: [{visit: {station: cpu, priority: " + std::to_string(rank) + ", service: " + time +
           "}" + modifiers + "}]}\n";
  };
  return model("topology: t\nresources: {cpu: {kind: station, preemptive: true, " + keys + "}}\nflows:\n" +
                   visit("low", 2, "10s") + visit("mid", 1, "4s") + visit("top", 0, "1s"),
               arrivals_at(arrivals));
}

std::int64_t latency(const load::Loaded& m, const Observations& o, std::string_view flow) {
  return static_cast<std::int64_t>(o.flows[flow_of(m.model, flow)].latency.sum());
}

// low 0-3, mid 3-4, top 4-5, mid 5-8, low 8-15.
TEST(PreemptiveStation, ServesTheMostUrgentAndResumesTheOthersWhereTheyWere) {
  const auto m = classes({{.flow = "low"}, {.flow = "mid", .at = "3s"}, {.flow = "top", .at = "4s"}});
  const Observations o = run_once(m);
  EXPECT_EQ(latency(m, o, "low"), 15 * kSecond);
  EXPECT_EQ(latency(m, o, "mid"), 5 * kSecond);
  EXPECT_EQ(latency(m, o, "top"), 1 * kSecond);
  const ResourceObservations& cpu = o.resources[0];
  EXPECT_EQ(cpu.meter.wait.sum(), (5 + 1 + 0) * kSecond);
  EXPECT_EQ(cpu.meter.hold.sum(), (10 + 4 + 1) * kSecond);
  EXPECT_EQ(cpu.at_end.in_use_area, Int128{15} * kSecond);
  EXPECT_EQ(cpu.at_end.granted, 3u);
  EXPECT_EQ(cpu.at_end.waited, 2u);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// Equals do not displace each other, and the displaced one comes before those of its rank that came later:
// low A 0-2, top 2-3, low A 3-11, low B 11-21.
TEST(PreemptiveStation, KeepsTheOrderAmongEquals) {
  const auto m = classes({{.flow = "low"}, {.flow = "low", .at = "1s"}, {.flow = "top", .at = "2s"}});
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[flow_of(m.model, "low")].latency.min(), 11 * kSecond);
  EXPECT_EQ(o.flows[flow_of(m.model, "low")].latency.max(), 20 * kSecond);
}

// A service that ends at the instant of the arrival has ended: nobody is displaced.
TEST(PreemptiveStation, LetsAServiceEndThatEndsAtThisInstant) {
  const auto m = classes({{.flow = "mid"}, {.flow = "top", .at = "4s"}});
  const Observations o = run_once(m);
  EXPECT_EQ(latency(m, o, "mid"), 4 * kSecond);
  EXPECT_EQ(o.resources[0].meter.wait.max(), 0);
}

// The same among completions: the urgent one comes from another station's completion, which was scheduled before this
// one's. The service is over, so it is not displaced, and the urgent one starts at the same instant.
TEST(PreemptiveStation, LetsAServiceEndThoughTheUrgentOneComesFirst) {
  const auto m = model(
      "topology: t\nresources:\n  before: {kind: station, service: 4s}\n"
      "  cpu: {kind: station, preemptive: true, discipline: priority}\nflows:\n"
      "  urgent: {steps: [{visit: before}, {visit: {station: cpu, priority: 0, service: 1s}}]}\n"
      "  plain: {steps: [{visit: {station: cpu, priority: 1, service: 4s}}]}\n",
      arrivals_at({{.flow = "urgent"}, {.flow = "plain"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(latency(m, o, "plain"), 4 * kSecond);
  EXPECT_EQ(latency(m, o, "urgent"), 5 * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// Two that come at one instant: the second, more urgent one displaces the first before it did anything.
// top 0-1, mid 1-5.
TEST(PreemptiveStation, DisplacesWhoCameAtTheSameInstant) {
  const auto m = classes({{.flow = "mid"}, {.flow = "top"}});
  const Observations o = run_once(m);
  EXPECT_EQ(latency(m, o, "top"), 1 * kSecond);
  EXPECT_EQ(latency(m, o, "mid"), 5 * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// Two servers: the last in rank goes, among equals the one who came last. low A 0-10, low B 0-2, top 2-3, low B 3-11.
TEST(PreemptiveStation, DisplacesTheLastOfThoseInService) {
  const auto m =
      classes({{.flow = "low", .count = 2}, {.flow = "top", .at = "2s"}}, "discipline: priority, servers: 2");
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[flow_of(m.model, "low")].latency.min(), 10 * kSecond);
  EXPECT_EQ(o.flows[flow_of(m.model, "low")].latency.max(), 11 * kSecond);
}

// Last come, first served, whatever the ranks say.
TEST(PreemptiveStation, ServesTheLastWhoCame) {
  const auto m =
      classes({{.flow = "top"}, {.flow = "low", .at = "500ms"}, {.flow = "mid", .at = "2s"}}, "discipline: lifo");
  const Observations o = run_once(m);
  // top 0-0.5, low 0.5-2, mid 2-6, low 6-14.5, top 14.5-15
  EXPECT_EQ(latency(m, o, "mid"), 4 * kSecond);
  EXPECT_EQ(latency(m, o, "low"), 14 * kSecond);
  EXPECT_EQ(latency(m, o, "top"), 15 * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// Patience is for the first service: low (2 s) is displaced for 4 s and does not give up; another low, which finds the
// server taken by mid, does.
TEST(PreemptiveStation, AsksForPatienceOnlyBeforeTheFirstService) {
  const auto m = classes({{.flow = "low"}, {.flow = "mid", .at = "1s"}, {.flow = "low", .at = "2s"}},
                         "discipline: priority, patience: 2s");
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[flow_of(m.model, "low")].run.completed, 1u);
  EXPECT_EQ(o.flows[flow_of(m.model, "low")].errors[error_of(m.model, "patience")], 1u);
  EXPECT_EQ(latency(m, o, "low"), 14 * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// A full line refuses who would wait, not who is displaced or displaces.
TEST(PreemptiveStation, DisplacesIntoAFullLine) {
  const auto m = classes({{.flow = "low", .count = 2}, {.flow = "low", .at = "1s"}, {.flow = "top", .at = "2s"}},
                         "discipline: priority, queue_limit: 1");
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[flow_of(m.model, "low")].run.completed, 2u);
  EXPECT_EQ(o.flows[flow_of(m.model, "low")].run.failed, 1u);
  EXPECT_EQ(latency(m, o, "top"), 1 * kSecond);
}

// A timeout ends the wait of a displaced one, and a cancel that propagates its service.
TEST(PreemptiveStation, GivesUpWhoIsCancelled) {
  const auto m = classes({{.flow = "low"}, {.flow = "mid", .at = "1s"}}, "discipline: priority",
                         ", timeout: 3s, cancel_propagates: inline");
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[flow_of(m.model, "low")].failure.max(), 3 * kSecond);  // in line, after 1 s of service
  EXPECT_EQ(o.flows[flow_of(m.model, "mid")].failure.max(), 3 * kSecond);  // in service, from 1 to 4 s
  EXPECT_EQ(o.resources[0].at_end.in_use_area, Int128{1 + 3} * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

TEST(PreemptiveStation, DisplacesNobodyInTheBound) {
  const auto m = classes({{.flow = "low"}, {.flow = "top", .at = "1s"}});
  RunSettings settings;
  settings.everything_relieved = true;
  EXPECT_EQ(run_once(m, settings).resources[0].meter.wait.max(), 0);
}

}  // namespace
}  // namespace loadstone::test
