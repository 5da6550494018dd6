#include <gtest/gtest.h>

#include "tests/support/conserved.hpp"
#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// A queue with these keys, a worker with one slot unless told otherwise, and jobs of 10 s that mark who they are.
load::Loaded queue(const std::string& keys, const std::string& workload, const std::string& worker = "concurrency: 1",
                   const std::string& publish = "publish: jobs") {
  return model("topology: t\nresources:\n  jobs: {kind: queue" + (keys.empty() ? "" : ", " + keys) +
                   "}\n  w: {kind: worker, from: jobs, flow: job, " + worker + "}\n" + "flows:\n  go: {steps: [{" +
                   publish + "}]}\n  job:\n    steps:\n" +
                   "      - {when: request.id == 1, mark: one}\n      - {when: request.id == 2, mark: two}\n" +
                   "      - {when: request.id == 3, mark: three}\n      - {when: request.id == 4, mark: four}\n" +
                   "      - {when: request.id == 5, mark: five}\n      - delay: 10s\n",
               workload);
}

// Number n says so in `id`; all come at 0, in this order.
std::string numbered(int count) {
  std::vector<Arrivals> list;
  for (int i = 1; i <= count; ++i) {
    const std::string id = std::to_string(i);
    list.push_back({.flow = "go", .attributes = "id: integer(" + id + "; " + id + ")"});
  }
  return arrivals_at(list);
}

const ResourceObservations& row(const load::Loaded& m, const Observations& o, std::string_view name) {
  return o.resources[row_of(m.model, name)];
}

// One slot, 10 s a job, three messages at 0: their ages at delivery are 0, 10 and 20 s; each is unacknowledged for 10
// s.
TEST(Queue, DeliversInTheOrderOfPublishingAndMeasuresTheAge) {
  const auto m = queue("", numbered(3));
  const Observations o = run_once(m);
  const ResourceObservations& jobs = row(m, o, "jobs");
  EXPECT_EQ(jobs.meter.wait.sum(), 30 * kSecond);
  EXPECT_EQ(jobs.meter.wait.max(), 20 * kSecond);
  EXPECT_EQ(jobs.meter.hold.sum(), 30 * kSecond);
  EXPECT_EQ(jobs.at_end.arrivals, 3u);
  EXPECT_EQ(jobs.at_end.granted, 3u);
  EXPECT_EQ(jobs.at_end.waited, 2u);
  EXPECT_EQ(jobs.at_end.completed, 3u);
  EXPECT_EQ(o.flows[flow_of(m.model, "job")].latency.max(), 10 * kSecond);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// The first is delivered, 2 and 3 fill the line; 4 discards 2, and 5 discards 3.
TEST(Queue, DropsItsOldestMessageWhenFull) {
  const auto m = queue("max_length: 2", numbered(5));
  const Observations o = run_once(m);
  EXPECT_EQ(o.marks, (std::vector<std::uint64_t>{1, 0, 0, 1, 1}));
  const ResourceObservations& jobs = row(m, o, "jobs");
  EXPECT_EQ(jobs.at_end.refused, 2u);
  EXPECT_EQ(jobs.at_end.granted, 3u);
  EXPECT_EQ(o.flows[flow_of(m.model, "go")].run.failed, 0u);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// The same, but 4 and 5 fail.
TEST(Queue, RejectsTheNewestMessageWhenToldTo) {
  const auto m = queue("max_length: 2, overflow: reject-publish", numbered(5));
  const Observations o = run_once(m);
  EXPECT_EQ(o.marks, (std::vector<std::uint64_t>{1, 1, 1, 0, 0}));
  EXPECT_EQ(row(m, o, "jobs").at_end.refused, 2u);
  EXPECT_EQ(o.flows[flow_of(m.model, "go")].errors[error_of(m.model, "publish_rejected")], 2u);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
}

// Fidelity 5.6.4, made small: 2 delivered and not acknowledged do not count against max_length 3.
TEST(Queue, CountsOnlyReadyMessagesAgainstItsLimit) {
  const auto five = queue("max_length: 3, overflow: reject-publish", numbered(5), "concurrency: 2");
  EXPECT_EQ(row(five, run_once(five), "jobs").at_end.refused, 0u);
  const auto six = queue("max_length: 3, overflow: reject-publish",
                         arrivals_at({{.count = 6, .attributes = "id: integer(9; 9)"}}), "concurrency: 2");
  EXPECT_EQ(row(six, run_once(six), "jobs").at_end.refused, 1u);
}

// A message that comes at the instant at which a slot gets free (a completion, before the arrival) finds room: the head
// of two has been delivered.
TEST(Queue, HasRoomAgainAtTheInstantOfACompletion) {
  const std::string id = "id: integer(9; 9)";
  const auto m = queue("max_length: 2, overflow: reject-publish",
                       arrivals_at({{.count = 3, .attributes = id}, {.at = "10s", .count = 2, .attributes = id}}));
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "jobs").at_end.refused, 1u);
  EXPECT_EQ(row(m, o, "jobs").at_end.granted, 4u);
}

// 3 x 400 B of 1000 B: the third ready message discards the first.
TEST(Queue, LimitsTheBytesOfReadyMessages) {
  const auto m = queue("max_length_bytes: 1000", numbered(4), "concurrency: 1", "publish: {to: jobs, bytes: 400B}");
  const Observations o = run_once(m);
  EXPECT_EQ(o.marks, (std::vector<std::uint64_t>{1, 0, 1, 1, 0}));
  EXPECT_EQ(row(m, o, "jobs").at_end.refused, 1u);
}

TEST(Queue, DiscardsAMessageThatIsLargerThanAllOfIt) {
  const auto m = queue("max_length_bytes: 1000", numbered(2), "concurrency: 1", "publish: {to: jobs, bytes: 2000B}");
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "jobs").at_end.granted, 1u);  // nobody stood in the way of the first
  EXPECT_EQ(row(m, o, "jobs").at_end.refused, 1u);
}

// Fidelity 5.6.3, made small: two messages a second, one job of 1 s at a time, at most 10 ready. Rejecting keeps who
// came first: ages settle at 10 jobs = 10 s. Dropping keeps who came last: 10 messages at 2/s = 5 s.
TEST(Queue, KeepsOldMessagesWhenItRejectsAndYoungOnesWhenItDrops) {
  const auto aged = [](const std::string& overflow) {
    const auto m = model("topology: t\nresources:\n  jobs: {kind: queue, max_length: 10, overflow: " + overflow +
                             "}\n  w: {kind: worker, from: jobs, flow: job, concurrency: 1}\n"
                             "flows: {go: {steps: [{publish: jobs}]}, job: {steps: [{delay: 1s}]}}\n",
                         "workload: w\nwarmup: 500s\nduration: 1000s\nscenarios: {s: {executor: constant-arrival-rate, "
                         "arrival: even, exec: go, rate: 2/s, duration: 1000s}}\n");
    const Observations o = run_once(m);
    EXPECT_TRUE(conserved(m.model, o));
    const Totals window = o.resources[0].meter.at_edge.back() - o.resources[0].meter.at_edge.front();
    EXPECT_NEAR(static_cast<double>(window.refused), 500, 1);  // half of 1000
    EXPECT_EQ(o.resources[0].meter.at_edge.back().waiting, 10);
    return o.resources[0].meter.wait.mean() * 1e-9;
  };
  EXPECT_NEAR(aged("reject-publish"), 10, 0.51);
  EXPECT_NEAR(aged("drop-head"), 5, 0.51);
}

// 100 messages, 10 jobs a second until the run ends at 3.05 s: published = delivered + ready.
TEST(Queue, LosesNoMessageWhenTheRunEndsWithABacklog) {
  const auto m = model(
      "topology: t\nresources:\n  jobs: {kind: queue}\n"
      "  w: {kind: worker, from: jobs, flow: job, concurrency: 1}\n"
      "flows: {go: {steps: [{repeat: 100, do: [{publish: jobs}]}]}, job: {steps: [{delay: 100ms}]}}\n",
      arrivals_at({{.count = 1}}, "3050ms"));
  RunSettings settings;
  settings.drain = false;
  const Observations o = run_once(m, settings);
  const Totals& end = o.resources[0].at_end;
  EXPECT_EQ(end.arrivals, 100u);
  EXPECT_EQ(end.granted, 31u);
  EXPECT_EQ(end.waiting, 69);
  EXPECT_EQ(end.in_use, 1);
  EXPECT_TRUE(conserved(m.model, o));
}

TEST(Queue, MayHaveNoWorker) {
  const auto m = model(
      "topology: t\nresources: {jobs: {kind: queue, max_length: 2}}\n"
      "flows: {go: {steps: [{publish: jobs}]}}\n",
      arrivals_at({{.count = 3}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.resources[0].at_end.waiting, 2);
  EXPECT_EQ(o.resources[0].at_end.refused, 1u);
}

// Without limits every message is delivered at once, and none is refused.
TEST(Queue, WaitsForNothingInTheBound) {
  const auto m = queue("max_length: 2, overflow: reject-publish", numbered(5));
  RunSettings settings;
  settings.expected_values = true;
  settings.everything_relieved = true;
  const Observations o = run_once(m, settings);
  EXPECT_EQ(row(m, o, "jobs").at_end.granted, 5u);
  EXPECT_EQ(row(m, o, "jobs").meter.wait.max(), 0);
  EXPECT_EQ(row(m, o, "w.slots").meter.wait.max(), 0);
}

// To relieve a queue is to give it workers.
TEST(Queue, IsRelievedByWorkers) {
  const auto m = queue("", numbered(5));
  RunSettings settings;
  settings.relieved = {"jobs"};
  EXPECT_EQ(row(m, run_once(m, settings), "jobs").meter.wait.max(), 0);
  settings.relieved = {"w.slots"};
  EXPECT_EQ(row(m, run_once(m, settings), "jobs").meter.wait.max(), 0);
}

// --- the memory alarm ---------------------------------------------------------------------------------------------

// 400 B each of 1000 B; a job takes 10 s. The third message makes 1200 B, so the fourth and fifth wait; at 10 s the
// first is acknowledged and both go on, to 1600 B. The sixth, at 11 s, waits until 20 and 30 s have made it 800 B.
TEST(Queue, BlocksPublishersWhileItsMessagesAreTooManyBytes) {
  const auto m = model(
      "topology: t\nresources:\n  jobs: {kind: queue, vm_memory_high_watermark: 1000}\n"
      "  w: {kind: worker, from: jobs, flow: job, concurrency: 1}\n"
      "flows:\n  go: {steps: [{publish: {to: jobs, bytes: 400B}}]}\n"
      "  hasty: {steps: [{publish: {to: jobs, bytes: 400B}, timeout: 2s}]}\n  job: {steps: [{delay: 10s}]}\n",
      arrivals_at({{.count = 5}, {.flow = "hasty", .at = "5s"}, {.at = "11s"}}));
  const Observations o = run_once(m);
  EXPECT_TRUE(conserved_and_ended(m.model, o));
  const FlowStats& go = o.flows[flow_of(m.model, "go")];
  EXPECT_EQ(go.latency.sum(), (10 + 10 + 19) * kSecond);
  EXPECT_EQ(row(m, o, "jobs.publishers").at_end.waited, 3u);
  EXPECT_EQ(row(m, o, "jobs.publishers").at_end.timed_out, 1u);
  EXPECT_EQ(row(m, o, "jobs").at_end.completed, 6u);
}

// What a worker prefetches, or takes as a batch, is in memory until it is acknowledged.
TEST(Queue, CountsWhatIsUnacknowledgedInItsMemory) {
  for (const char* worker : {"concurrency: 1, prefetch: 0", "concurrency: 1, batch: {max: 2}"}) {
    const auto m = model(
        "topology: t\nresources:\n  jobs: {kind: queue, vm_memory_high_watermark: 1000}\n"
        "  w: {kind: worker, from: jobs, flow: job, " +
            std::string(worker) +
            "}\nflows: {go: {steps: [{publish: {to: jobs, bytes: 400B}}]}, job: {steps: [{delay: 10s}]}}\n",
        arrivals_at({{.count = 4}}));
    const Observations o = run_once(m);
    EXPECT_TRUE(conserved_and_ended(m.model, o));
    EXPECT_EQ(o.flows[flow_of(m.model, "go")].latency.sum(), 10 * kSecond) << worker;
  }
}

// Relieved the queue has workers enough, and no alarm.
TEST(Queue, HasNoAlarmInTheBound) {
  const auto m = model(
      "topology: t\nresources:\n  jobs: {kind: queue, vm_memory_high_watermark: 1000}\n"
      "  w: {kind: worker, from: jobs, flow: job, concurrency: 1}\n"
      "flows: {go: {steps: [{publish: {to: jobs, bytes: 400B}}]}, job: {steps: [{delay: 10s}]}}\n",
      arrivals_at({{.count = 5}}));
  RunSettings settings;
  settings.everything_relieved = true;
  EXPECT_EQ(row(m, run_once(m, settings), "jobs.publishers").at_end.waited, 0u);
}

}  // namespace
}  // namespace loadstone::test
