// Hosts are declared under `hosts:`; what runs there is put there by services here.
#include <gtest/gtest.h>

#include "sim/experiment/compare.hpp"
#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// `go` and the others compute on the host with as many threads as come.
std::string box(const std::string& keys, const std::string& service = "", const std::string& more = "") {
  return "topology: t\nhosts: {box: {" + keys + "}}\nresources:\n" +
         "  web: {kind: service, host: box, runtime: threads, threads: 100" + service + "}\nflows:\n" +
         flows_named({"go", "a", "b"}, "{cpu: 10ms}", "service: web, ") + more;
}

// Up to four jobs have a core each; eight have half a one.
TEST(Host, SharesItsCoresEquallyAmongItsJobs) {
  EXPECT_EQ(SeenRun(box("cores: 4"), {{.count = 1}}).sum_ms(), 10);
  EXPECT_EQ(SeenRun(box("cores: 4"), {{.count = 4}}).sum_ms(), 4 * 10);
  const SeenRun eight(box("cores: 4"), {{.count = 8}});
  EXPECT_EQ(eight.sum_ms(), 8 * 20);
  EXPECT_EQ(eight.row("box.cpu").capacity, 4);
  EXPECT_EQ(eight.used_ms("box.cpu"), 4 * 20);
  EXPECT_EQ(whole_ms(eight.totals("box.cpu").waiting_area), 4 * 20);  // the other four are its line
}

// a is alone until 5 ms, then both have half of the core: a is done at 15 ms, b, alone again, at 20 ms.
TEST(Host, SlowsDownWhoIsThereWhenAnotherComes) {
  const SeenRun seen(box("cores: 1"), {{.flow = "a"}, {.flow = "b", .at = "5ms"}});
  EXPECT_EQ(seen.max_ms("a"), 15);
  EXPECT_EQ(seen.max_ms("b"), 15);
}

// b comes at the instant at which a has ended: neither is slowed down.
TEST(Host, LetsAJobEndBeforeAnArrivalOfItsInstant) {
  const SeenRun seen(box("cores: 1"), {{.flow = "a"}, {.flow = "b", .at = "10ms"}});
  EXPECT_EQ(seen.max_ms("a"), 10);
  EXPECT_EQ(seen.max_ms("b"), 10);
}

// Work of nothing takes no time, whoever computes.
TEST(Host, DoesNoWorkAtOnce) {
  const SeenRun seen(box("cores: 1", "", flows_named({"nothing"}, "{cpu: 0ms}", "service: web, ")),
                     {{.flow = "a"}, {.flow = "nothing", .at = "5ms"}});
  EXPECT_EQ(seen.max_ms("nothing"), 0);
  EXPECT_EQ(seen.max_ms("a"), 10);
}

// Half a core: one job takes twice as long, two four times. One and a half: three jobs share it, one has a core.
TEST(Host, MayHaveAFractionOfACore) {
  EXPECT_EQ(SeenRun(box("cores: 0.5"), {{.count = 1}}).sum_ms(), 20);
  EXPECT_EQ(SeenRun(box("cores: 0.5"), {{.count = 2}}).sum_ms(), 2 * 40);
  const SeenRun three(box("cores: 1.5"), {{.count = 3}});
  EXPECT_EQ(three.sum_ms(), 3 * 20);
  EXPECT_EQ(three.row("box.cpu").capacity, 2);
  EXPECT_EQ(SeenRun(box("cores: 1.5"), {{.count = 1}}).sum_ms(), 10);
}

// Three quarters of two cores are used by something else: half a core is left.
TEST(Host, LeavesOutWhatIsUsedByOthers) {
  EXPECT_EQ(SeenRun(box("cores: 2, used: {cpu: 75%, memory: 1GiB}"), {{.count = 1}}).sum_ms(), 20);
  EXPECT_EQ(SeenRun(box("cores: 2, used: {cpu: 0%, memory: 0B}"), {{.count = 2}}).sum_ms(), 2 * 10);
}

// Instances 0 and 2 are on the first of two nodes, instance 1 on the second; one request in each.
TEST(Host, PutsInstancesOnItsNodesInTurn) {
  const SeenRun seen(box("cores: 1, count: 2", ", instances: 3"), {{.count = 3}});
  EXPECT_EQ(seen.sum_ms(), 20 + 10 + 20);
  EXPECT_EQ(seen.row("box.cpu").members, 2u);
  EXPECT_EQ(seen.row("box.cpu").worst.label, "node=0");
}

// Workers of one instance are on one node.
TEST(Host, KeepsTheWorkersOfAnInstanceTogether) {
  const SeenRun seen(box("cores: 1, count: 2", ", instances: 1, workers: 2"), {{.count = 2}});
  EXPECT_EQ(seen.sum_ms(), 2 * 20);
}

// With several nodes it must be said how many instances there are; what has none runs on a host of its own.
TEST(Host, RefusesAPlacementThatIsLeftOpen) {
  const auto errors = [](const std::string& resource) {
    return errors_of("topology: t\nhosts: {box: {cores: 1, count: 2}}\nresources: {it: {" + resource +
                         "}}\nflows: {go: {steps: [{delay: 1s}]}}\n",
                     arrivals_at({{}}));
  };
  EXPECT_NE(errors("kind: service, host: box").find("host 'box' is 2 machines; on which of them it runs is open"),
            std::string::npos);
  EXPECT_NE(errors("kind: service, host: box").find("'instances'"), std::string::npos);
  EXPECT_NE(errors("kind: postgres, host: box").find("with count 1"), std::string::npos);
  EXPECT_EQ(errors("kind: service, host: box, instances: 1"), "");
}

// A share that is no whole number of nanoseconds: three jobs of 10 ms are done a nanosecond after 30 ms, never before.
TEST(Host, RoundsTheEndOfAJobUp) {
  const SeenRun thirds(box("cores: 3"), {{.count = 4}});
  EXPECT_EQ(thirds.flow("go").latency.min(), 13'333'334);
  EXPECT_EQ(thirds.flow("go").latency.max(), 13'333'334);
  const SeenRun whole(box("cores: 1"), {{.count = 3}});  // a share that was rounded down costs no nanosecond
  EXPECT_EQ(whole.flow("go").latency.min(), 30'000'000);
  EXPECT_EQ(whole.flow("go").latency.max(), 30'000'000);
}

// Two services, one of them limited to a quarter of the core: what it leaves is the other's.
TEST(Host, GivesWhatALimitLeavesToTheOthers) {
  const std::string text =
      "topology: t\nhosts: {box: {cores: 1}}\nresources:\n  small: {kind: service, host: box, cpus: 0.25}\n"
      "  big: {kind: service, host: box}\nflows:\n" +
      flows_named({"a"}, "{cpu: 10ms}", "service: small, ") + flows_named({"b"}, "{cpu: 15ms}", "service: big, ");
  const SeenRun seen(text, {{.flow = "a"}, {.flow = "b"}});
  EXPECT_EQ(seen.max_ms("b"), 20);  // three quarters
  EXPECT_EQ(seen.max_ms("a"), 40);  // a quarter all the time
}

// Both are done at 20 ms, in the order in which they came: the first takes the permit.
TEST(Host, LetsJobsThatEndTogetherGoInTheOrderOfTheirArrival) {
  const SeenRun seen(
      "topology: t\nhosts: {box: {cores: 1}}\nresources:\n"
      "  web: {kind: service, host: box, runtime: threads}\n  gate: {kind: semaphore, size: 1}\nflows:\n" +
          flows_named({"a", "b"}, "{cpu: 10ms}, {hold: gate, do: [{delay: 1s}]}", "service: web, "),
      {{.flow = "a"}, {.flow = "b"}});
  EXPECT_EQ(seen.max_ms("a"), 20 + 1000);
  EXPECT_EQ(seen.max_ms("b"), 20 + 2000);
}

// An end of work comes before a timeout of its instant.
TEST(Host, EndsWorkBeforeATimeoutOfItsInstant) {
  const auto with = [](const std::string& timeout) {
    return SeenRun(
        box("cores: 1", "", flows_named({"late"}, "{cpu: 10ms}", "service: web, timeout: " + timeout + ", ")),
        {{.flow = "late"}});
  };
  EXPECT_EQ(with("10ms").max_ms("late"), 10);
  EXPECT_EQ(with("9999999ns").failed("timeout", "late"), 1u);
}

TEST(Host, CostsItsPriceForEachNode) {
  const auto m = model(box("cores: 1, count: 3, price: $24/month, memory: 4GiB", ", instances: 2, price: $5/month"),
                       arrivals_at({{}}));
  EXPECT_DOUBLE_EQ(fixed_cost(m.topology, m.model).fixed_usd_month, 3 * 24 + 2 * 5);
  const auto free = model(box("cores: 1"), arrivals_at({{}}));
  EXPECT_DOUBLE_EQ(fixed_cost(free.topology, free.model).fixed_usd_month, 0);
}

TEST(Host, NeedsCoresAndKnownKeys) {
  const auto errors = [](const std::string& keys) { return errors_of(box(keys), arrivals_at({{}})); };
  EXPECT_NE(errors("memory: 1GiB").find("missing key 'cores'"), std::string::npos);
  EXPECT_NE(errors("cores: 0").find("must be above 0"), std::string::npos);
  EXPECT_NE(errors("cores: 1, disks: 2").find("unknown key 'disks'"), std::string::npos);
  EXPECT_NE(errors("cores: 1, memory: 4").find("memory"), std::string::npos);
  EXPECT_NE(errors("cores: 1, used: {disk: 4%}").find("unknown key 'disk'"), std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
