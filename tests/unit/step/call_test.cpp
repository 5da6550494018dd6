#include <gtest/gtest.h>

#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

std::string calling(const std::string& call, const std::string& modifiers = "") {
  return "topology: t\nresources:\n  a: {kind: link, rtt: 1s, bandwidth: 1B/s}\n  b: {kind: link, rtt: 2s, bandwidth: "
         "4B/s}\nflows:\n  go: {steps: [{call: " +
         call + modifiers + "}]}\n  callee: {steps: [{delay: 5s}]}\n";
}

std::int64_t seconds(const std::string& call) {
  const auto m = model(calling(call), arrivals_at({{}}));
  return run_once(m).flows[flow_of(m.model, "go")].latency.max() / 1'000'000'000;
}

// Without a link the call takes no time; over one, a round trip and the bytes come before the flow.
TEST(Call, SendsItsBytesAlongBeforeTheFlowRuns) {
  EXPECT_EQ(seconds("callee"), 5);
  EXPECT_EQ(seconds("{flow: callee, link: a}"), 1 + 5);
  EXPECT_EQ(seconds("{flow: callee, link: a, bytes: 3B}"), 1 + 3 + 5);
  EXPECT_EQ(seconds("{flow: callee, route: [b, a], bytes: 4B}"), 3 + 4 + 5);
}

// The flow is measured from when it runs; and a timeout of the step is of both: at 3 s the bytes are still on their
// way.
TEST(Call, TheTransferIsTheStepsAndNotTheFlows) {
  const auto m = model(calling("{flow: callee, link: a, bytes: 3B}"), arrivals_at({{}}));
  EXPECT_EQ(run_once(m).flows[flow_of(m.model, "callee")].latency.max(), 5'000'000'000);
  const auto timed = model(calling("{flow: callee, link: a, bytes: 3B}", ", timeout: 3s"), arrivals_at({{}}));
  const Observations o = run_once(timed);
  EXPECT_EQ(o.flows[flow_of(timed.model, "go")].run.failed, 1u);
  EXPECT_EQ(o.flows[flow_of(timed.model, "callee")].run.offered, 0u);
}

}  // namespace
}  // namespace loadstone::test
