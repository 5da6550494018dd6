#include "sim/experiment/precision.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "sim/experiment/replications.hpp"
#include "tests/support/model_from_text.hpp"

namespace loadstone::test {
namespace {

FlowSummary flow_of(const std::string& name, Estimate throughput, Estimate mean, Estimate p95) {
  FlowSummary flow;
  flow.name = name;
  flow.sample.completed = 1;
  flow.throughput_per_s = std::move(throughput);
  flow.latency.mean_ms = std::move(mean);
  flow.latency.quantiles_ms = {{0.95, std::move(p95)}};
  return flow;
}

Estimate plus_minus(double value, double half) {
  return {value, Interval{value - half, value + half}, ""};
}

TEST(Precision, TheWidestHeadlineIsTheOneWithTheWidestIntervalForItsValue) {
  RunSummary summary;
  summary.flows = {flow_of("a", plus_minus(100, 3), plus_minus(10, 0.1), plus_minus(40, 1)),
                   flow_of("b", plus_minus(1, 0.01), plus_minus(5, 0.2), plus_minus(9, 0.27))};
  EXPECT_EQ(widest_headline(summary).figure, "mean latency of flow 'b'");
  EXPECT_NEAR(widest_headline(summary).relative, 0.04, 1e-12);
}

TEST(Precision, AFigureWithoutAnIntervalIsTheWidest) {
  RunSummary summary;
  summary.flows = {flow_of("a", plus_minus(100, 50), plus_minus(10, 9), {7, std::nullopt, "one replication"})};
  EXPECT_EQ(widest_headline(summary).figure, "p95 of flow 'a'");
  EXPECT_EQ(widest_headline(summary).relative, std::numeric_limits<double>::infinity());
}

TEST(Precision, FlowsThatCompleteNothingHaveNoHeadline) {
  RunSummary summary;
  summary.flows = {flow_of("a", plus_minus(0, 0), plus_minus(0, 0), plus_minus(0, 0))};
  summary.flows.front().sample.completed = 0;
  EXPECT_EQ(widest_headline(summary).figure, "");
}

class RunUntilPrecise : public testing::Test {
 protected:
  std::vector<Observations> until(double relative, std::size_t most, const char* service, const char* arrival) {
    const auto m = model(std::string("topology: t\nresources:\n  desk: {kind: station, servers: 1, service: ") +
                             service + "}\nflows: {go: {steps: [{visit: desk}]}}\n",
                         std::string("workload: w\nwarmup: 10s\nscenarios:\n  s: {executor: constant-arrival-rate, "
                                     "exec: go, rate: 5/s, duration: 60s, arrival: ") +
                             arrival + "}\n");
    SerialExecutor executor;
    auto observed = run_until_precise(m.model, {}, horizon_of(m), 3, {relative, most}, executor);
    widest = widest_headline(summarize(m.model, observed, kDefaultQuantiles)).relative;
    single = run_replications(m.model, {}, horizon_of(m), observed.size(), executor);
    return observed;
  }

  double widest = 0;
  std::vector<Observations> single;  // as many, run at once
};

// Every replication is the same, and three are enough. The p95 is known to a bucket of the histogram and no better.
TEST_F(RunUntilPrecise, StopsAtOnceWhereNothingVaries) {
  EXPECT_EQ(until(0.01, 100, "100ms", "even").size(), 3u);
  EXPECT_LE(widest, Histogram::kRelativeError);
}

TEST_F(RunUntilPrecise, AddsReplicationsUntilTheGoalIsReachedAndNoOthers) {
  const auto observed = until(0.05, 1000, "exponential(100ms)", "poisson");
  EXPECT_GT(observed.size(), 3u);
  EXPECT_LT(observed.size(), 1000u);
  EXPECT_LE(widest, 0.05);
  for (std::size_t r = 0; r < observed.size(); ++r) {
    EXPECT_EQ(observed[r].fingerprint, single[r].fingerprint) << r;
  }
}

TEST_F(RunUntilPrecise, EndsWithItsBudget) {
  EXPECT_EQ(until(1e-6, 7, "exponential(100ms)", "poisson").size(), 7u);
  EXPECT_GT(widest, 1e-6);
}

}  // namespace
}  // namespace loadstone::test
