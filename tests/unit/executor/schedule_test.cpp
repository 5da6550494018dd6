// Schedules of the topology: when they fire, and what happens if they overlap.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/conserved.hpp"
#include "tests/unit/executor/recorded_run.hpp"

namespace loadstone::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string topology(std::string_view schedule, std::string_view takes = "1s") {
  return "topology: t\nflows: {job: {steps: [{delay: " + std::string(takes) +
         "}]}, idle: {steps: [{delay: 1ms}]}}\nschedules: {nightly: {flow: job, " + std::string(schedule) + "}}\n";
}

// A workload that only lets time pass: one request at the end of `duration`.
std::string passing(std::string_view duration, std::string_view keys = "") {
  return "workload: w\nwarmup: 0s\n" + std::string(keys) +
         "\nscenarios: {clock: {executor: ramping-arrival-rate, exec: idle, arrival: even, startRate: 0, stages: "
         "[{target: 0, duration: " +
         std::string(duration) + "}]}}\n";
}

std::vector<std::int64_t> firings(const RecordedRun& run) {
  std::vector<std::int64_t> times;
  for (const Start& start : run.starts) {
    if (start.flow == "job") {
      times.push_back(start.at_ms);
    }
  }
  return times;
}

std::uint64_t skipped(const RecordedRun& run) {
  for (std::size_t i = 0; i < run.loaded.model.marks.size(); ++i) {
    if (run.loaded.model.marks[i] == "skipped:nightly") {
      return run.observed.marks[i];
    }
  }
  return 0;
}

std::string warnings(const std::string& topology_text, const std::string& workload_text) {
  Diagnostics diagnostics;
  auto t = load::parse_document(topology_text, "topology.yaml", diagnostics);
  auto w = load::parse_document(workload_text, "workload.yaml", diagnostics);
  static_cast<void>(load::compile(
      {std::move(*t).take_root(), std::move(*w).take_root(), "topology.yaml", "workload.yaml"}, {}, diagnostics));
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    text += to_string(diagnostic);
  }
  return text;
}

// --- when ---------------------------------------------------------------------------------------------------------

TEST(Schedule, EveryFiresFromItsFirstIntervalOn) {
  const auto run = record(topology("every: 3s"), passing("10s"));
  EXPECT_THAT(firings(run), ElementsAre(3000, 6000, 9000));
  EXPECT_EQ(run.flow("job").sample.completed, 3u);
}

TEST(Schedule, CronFiresInItsTimeZone) {
  const auto run = record(topology("cron: \"0 3 * * *\", timezone: Africa/Nairobi"),
                          passing("48h", "start: 2026-01-05T08:00:00+03:00"));
  EXPECT_THAT(firings(run), ElementsAre(19 * 3600'000, (19 + 24) * 3600'000));
}

TEST(Schedule, TheEndIsNotIncluded) {
  EXPECT_THAT(firings(record(topology("every: 5s"), passing("10s"))), ElementsAre(5000));
}

TEST(Schedule, LoadDoesNotApply) {
  EXPECT_THAT(firings(record(topology("every: 5s"), passing("12s"), 7)), ElementsAre(5000, 10000));
}

TEST(Schedule, TriggersAddFirings) {
  const auto run = record(topology("every: 4s"), passing("10s",
                                                         "triggers: [{schedule: nightly, at: 5s}, "
                                                         "{schedule: nightly, at: 1s}]"));
  EXPECT_THAT(firings(run), ElementsAre(1000, 4000, 5000, 8000));
}

TEST(Schedule, TriggersShiftNoOtherFiring) {
  const auto plain = record(topology("every: 4s"), passing("10s"));
  const auto triggered = record(topology("every: 4s"), passing("10s", "triggers: [{schedule: nightly, at: 1s}]"));
  ASSERT_EQ(triggered.starts.size(), 3u);
  EXPECT_EQ(triggered.starts[1].key, plain.starts[0].key);
  EXPECT_EQ(triggered.starts[2].key, plain.starts[1].key);
  EXPECT_NE(triggered.starts[0].key, plain.starts[0].key);
  EXPECT_EQ(plain.starts[1].key, combine(combine(combine(combine(mix(0), 1), 0), hash_text("schedule nightly")), 1));
}

TEST(Schedule, ACronScheduleMayBeTriggeredOnly) {
  const auto run = record(topology("cron: \"0 3 * * *\""), passing("10s", "triggers: [{schedule: nightly, at: 2s}]"));
  EXPECT_THAT(firings(run), ElementsAre(2000));
}

TEST(Schedule, AScheduleWithoutTimesMayBeTriggered) {
  const auto run = record(topology("overlap: allow"), passing("10s", "triggers: [{schedule: nightly, at: 2s}]"));
  EXPECT_THAT(firings(run), ElementsAre(2000));
}

TEST(Schedule, RequestsHaveTheWorkloadsAttributes) {
  const auto run = record(reading({"who"}, topology("every: 4s")), passing("10s", "attributes: {who: integer(7; 7)}"));
  EXPECT_THAT(run.values("who"), ElementsAre(7, 7));
}

TEST(Schedule, OnlyOneThatFiresTakesAwayTheWarmUp) {
  const auto constant = [](std::string_view keys) {
    return model(topology(keys),
                 "workload: w\nscenarios: {load: {executor: constant-arrival-rate, exec: idle, rate: 1, "
                 "duration: 10s}}\n");
  };
  EXPECT_EQ(horizon_of(constant("every: 20s")).warmup.ns, 2'000'000'000);
  EXPECT_EQ(horizon_of(constant("every: 4s")).warmup.ns, 0);
}

// --- overlap ------------------------------------------------------------------------------------------------------

TEST(ScheduleOverlap, AllowStartsAnother) {
  const auto run = record(topology("every: 2s", "5s"), passing("7s"));
  EXPECT_THAT(firings(run), ElementsAre(2000, 4000, 6000));
  EXPECT_EQ(run.flow("job").sample.completed, 3u);
}

TEST(ScheduleOverlap, ForbidSkipsAndCounts) {
  const auto run = record(topology("every: 2s, overlap: forbid", "5s"), passing("13s"));
  EXPECT_THAT(firings(run), ElementsAre(2000, 8000));
  EXPECT_EQ(skipped(run), 4u);  // at 4, 6, 10 and 12 s
}

TEST(ScheduleOverlap, ARunThatEndsAtTheInstantOfAFiringIsNotInItsWay) {
  const auto run = record(topology("every: 2s, overlap: forbid", "2s"), passing("7s"));
  EXPECT_THAT(firings(run), ElementsAre(2000, 4000, 6000));
  EXPECT_EQ(skipped(run), 0u);
}

TEST(ScheduleOverlap, ReplaceInterruptsTheOldRun) {
  const auto run = record(topology("every: 2s, overlap: replace", "5s"), passing("7s"));
  EXPECT_THAT(firings(run), ElementsAre(2000, 4000, 6000));
  EXPECT_EQ(run.errors("job", "replaced"), 2u);
  EXPECT_EQ(run.flow("job").sample.completed, 1u);
  EXPECT_EQ(run.flow("job").failure.max(), 2'000'000'000);
  EXPECT_TRUE(conserved_and_ended(run.loaded.model, run.observed));
}

// --- warnings and errors ------------------------------------------------------------------------------------------

TEST(ScheduleWarnings, OneThatNeverFires) {
  EXPECT_THAT(warnings(topology("every: 10s"), passing("10s")),
              HasSubstr("warning: schedule 'nightly' never fires within the run of 10s"));
  EXPECT_THAT(warnings(topology("cron: \"0 3 * * *\""), passing("1h", "start: 2026-01-05T08:00:00Z")),
              HasSubstr("warning: schedule 'nightly' never fires within the run of 1h"));
  EXPECT_THAT(warnings(topology("every: 5s"), passing("10s", "triggers: [{schedule: nightly, at: 10s}]")),
              HasSubstr("warning: the trigger of 'nightly' at 10s is not before the end of the run at 10s"));
  EXPECT_THAT(warnings(topology("every: 9s"), passing("10s")), IsEmpty());
}

TEST(ScheduleErrors, Cron) {
  EXPECT_THAT(errors_of(topology("cron: \"0 25 * * *\""), passing("1h", "start: 2026-01-05T08:00:00Z")),
              AllOf(HasSubstr("topology.yaml:3:40: error: schedule 'nightly': "), HasSubstr("25")));
}

TEST(ScheduleErrors, Zone) {
  EXPECT_THAT(errors_of(topology("cron: \"0 3 * * *\", timezone: Africa/Nairoby"),
                        passing("1h", "start: 2026-01-05T08:00:00Z")),
              AllOf(HasSubstr("error: schedule 'nightly': unknown time zone 'Africa/Nairoby'"),
                    HasSubstr("did you mean 'Africa/Nairobi'?")));
}

TEST(ScheduleErrors, Start) {
  EXPECT_THAT(errors_of(topology("every: 1s"), passing("1h", "start: yesterday")),
              HasSubstr("workload.yaml:3:8: error: 'start': "));
  // A topology with a nightly job can be run by day: that is a warning.
  EXPECT_THAT(errors_of(topology("cron: \"0 3 * * *\""), passing("1h")), testing::IsEmpty());
}

TEST(ScheduleErrors, Names) {
  EXPECT_THAT(errors_of("topology: t\nflows: {job: {steps: [{delay: 1s}]}, idle: {steps: [{delay: 1s}]}}\n"
                        "schedules: {nightly: {flow: jib, every: 1s}}\n",
                        passing("1h")),
              AllOf(HasSubstr("topology.yaml:3:29: error: schedule 'nightly': unknown flow 'jib'"),
                    HasSubstr("did you mean 'job'?")));
  EXPECT_THAT(errors_of(topology("every: 1s"), passing("1h", "triggers: [{schedule: nihgtly, at: 1s}]")),
              AllOf(HasSubstr("workload.yaml:3:23: error: the topology has no schedule 'nihgtly'"),
                    HasSubstr("did you mean 'nightly'?")));
}

TEST(ScheduleErrors, CronAndEvery) {
  EXPECT_THAT(errors_of(topology("cron: \"0 3 * * *\", every: 1s"), passing("1h", "start: 2026-01-05T08:00:00Z")),
              HasSubstr("schedule 'nightly': give 'cron' or 'every', not both"));
}

}  // namespace
}  // namespace loadstone::test
