// Autoscalers and CPU limits behave as fidelity 8 says (docs/reference/fidelity.md, section scaling).
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// A service with a core for each instance, its autoscaler, and the integral of instances in instance-seconds over the
// given time. Requests that are still inside then are not followed.
std::int64_t instance_seconds(const std::string& instances, const std::string& hpa, const std::string& cpu,
                              const std::vector<Arrivals>& arrivals, const std::string& duration) {
  const auto m = model("topology: t\nresources:\n  web: {kind: service, instances: " + instances +
                           "}\n  hpa: {kind: autoscaler, target: web, " + hpa + "}\nflows:\n" +
                           flows_named({"go"}, "{cpu: " + cpu + "}", "service: web, "),
                       arrivals_at(arrivals, duration));
  RunSettings settings;
  settings.drain = false;
  const Observations o = run_once(m, settings);
  EXPECT_TRUE(conserved(m.model, o));
  return whole_ms(o.resources[row_of(m.model, "hpa")].meter.at_edge.back().in_use_area) / 1000;
}

// Four instances with 90 ms of CPU every 100 ms: 1.8 times the target, so 8 from the first look at 15 s on. With 54 ms
// the ratio is 1.08, within the tolerance of 0.1.
TEST(FidelityScaling, Behaviour1EightInsteadOfFourAtTheNextLook) {
  const std::string hpa = "maxReplicas: 20, averageUtilization: 50, start_delay: 0";
  const std::vector<Arrivals> every{{.count = 1200, .every = "25ms"}};
  EXPECT_EQ(instance_seconds("4", hpa, "90ms", every, "30s"), 4 * 15 + 8 * 15);
  EXPECT_EQ(instance_seconds("4", hpa, "54ms", every, "30s"), 4 * 30);
}

// Ten at their target until 60 s, then nothing comes. The last look that wanted ten was at 60 s: two from 360 s on.
TEST(FidelityScaling, Behaviour2ScaleDownWaitsFiveMinutesAndGoesInOneStep) {
  EXPECT_EQ(instance_seconds("10", "minReplicas: 2, maxReplicas: 20, averageUtilization: 50", "50ms",
                             {{.count = 6000, .every = "10ms"}}, "400s"),
            10 * 360 + 2 * 40);
}

// Two instances that are busy all the time, at a target of 10 %: 20 are wanted. 4 more are the most at first, then as
// many again. The new ones take two minutes to start: they count as idle, and 20 stay 20.
TEST(FidelityScaling, Behaviour3TwoSixTwelveTwenty) {
  const std::vector<Arrivals> overload{{.count = 750, .every = "100ms"}};
  const std::string hpa = "averageUtilization: 10, start_delay: 120, maxReplicas: ";
  EXPECT_EQ(instance_seconds("2", hpa + "50", "1s", overload, "75s"), 15 * (2 + 6 + 12 + 20 + 20));
  EXPECT_EQ(instance_seconds("2", hpa + "16", "1s", overload, "75s"), 15 * (2 + 6 + 12 + 16 + 16));
}

// The four of behaviour 1, with new ones that take 100 s to start: eight idle for half make 0.9 of the target, which is
// another direction than 1.8, so that nothing is added a second time.
TEST(FidelityScaling, Behaviour4InstancesThatStartAreNotAddedTwice) {
  EXPECT_EQ(instance_seconds("4", "maxReplicas: 40, averageUtilization: 50, start_delay: 100s", "90ms",
                             {{.count = 3600, .every = "25ms"}}, "90s"),
            4 * 15 + 8 * 75);
}

// Four threads that compute all the time, with a quota of 100 ms of core time in each 100 ms, on eight cores: each gets
// 25 ms of a period done and stands still for the other 75 ms. So 55 ms of work take two whole periods and 5 ms: 205 ms
// for each, and the cores are busy for 4 x 55 ms.
TEST(FidelityScaling, Behaviour5AQuotaStopsFourThreadsForThreeQuartersOfTheTime) {
  const SeenRun run(
      "topology: t\nhosts: {box: {cores: 8}}\nresources:\n"
      "  api: {kind: service, host: box, runtime: threads, cpus: 1, cfs_period_us: 100000}\n"
      "flows: {go: {service: api, steps: [{cpu: 55ms}]}}\n",
      {{.count = 4}});
  EXPECT_EQ(run.sum_ms(), 4 * 205);
  EXPECT_EQ(run.max_ms(), 205);
  EXPECT_EQ(run.used_ms("box.cpu"), 4 * 55);
}

}  // namespace
}  // namespace loadstone::test
