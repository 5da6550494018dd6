#include <gtest/gtest.h>

#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

const std::string kResources =
    "topology: t\nresources:\n  jobs: {kind: queue}\n  w: {kind: worker, from: jobs, flow: usual, concurrency: 1}\n"
    "  loose: {kind: queue}\n  v: {kind: worker, from: loose, concurrency: 1}\n";

std::uint64_t ended(const load::Loaded& m, const Observations& o, std::string_view flow) {
  return o.flows[flow_of(m.model, flow)].run.completed;
}

// The publisher goes on at once: both its messages are out at 0, while the first job takes 3 s.
TEST(Publish, DoesNotWaitForTheJob) {
  const auto m =
      model(kResources + "flows: {go: {steps: [{publish: jobs}, {publish: jobs}]}, usual: {steps: [{delay: 3s}]}}\n",
            arrivals_at({{.count = 1}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[flow_of(m.model, "go")].latency.max(), 0);
  EXPECT_EQ(ended(m, o, "usual"), 2u);
  EXPECT_EQ(o.flows[flow_of(m.model, "usual")].latency.sum(), 6'000'000'000);
}

// A message may name its flow; others run the worker's.
TEST(Publish, ChoosesTheFlowOfTheJob) {
  const auto m = model(kResources +
                           "flows: {go: {steps: [{publish: jobs}, {publish: {to: jobs, flow: rare}}]}, "
                           "usual: {steps: [{delay: 1s}]}, rare: {steps: [{delay: 2s}]}}\n",
                       arrivals_at({{.count = 3}}));
  const Observations o = run_once(m);
  EXPECT_EQ(ended(m, o, "usual"), 3u);
  EXPECT_EQ(ended(m, o, "rare"), 3u);
  EXPECT_EQ(o.flows[flow_of(m.model, "rare")].latency.max(), 2'000'000'000);
}

// Two publishes of one request draw apart, as those of other requests do.
TEST(Publish, KeysTheJobsDrawsByWhoPublishedAndWhere) {
  const auto m = model(kResources + "flows: {go: {steps: [{publish: jobs}, {publish: jobs}]}, "
                                    "usual: {steps: [{delay: uniform(1s; 2s)}]}}\n",
                       arrivals_at({{.count = 5}}));
  const Observations o = run_once(m);
  std::uint64_t distinct = 0;
  o.flows[flow_of(m.model, "usual")].latency.for_each_bucket(
      [&](std::int64_t, std::int64_t, std::uint64_t) { ++distinct; });
  EXPECT_EQ(distinct, 10u);
}

TEST(Publish, SaysWhatIsWrong) {
  const std::string workload = arrivals_at({{.count = 1}});
  const std::string usual = ", usual: {steps: [{delay: 1s}]}}\n";
  EXPECT_NE(errors_of(kResources + "flows: {go: {steps: [{publish: w}]}" + usual, workload)
                .find("'w' is a worker, which cannot be published to"),
            std::string::npos);
  EXPECT_NE(errors_of(kResources + "flows: {go: {steps: [{publish: {to: jobs, flow: usuel}}]}" + usual, workload)
                .find("did you mean 'usual'?"),
            std::string::npos);
  EXPECT_NE(errors_of(kResources + "flows: {go: {steps: [{publish: loose}]}" + usual, workload)
                .find("'publish' names no flow, and worker 'v' runs none by itself"),
            std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
