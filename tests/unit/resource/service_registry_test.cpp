// A service's registry: until when requests go to an instance that was killed, and from when to one that is back.
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// Instances with room for one request, which takes 1 s, or 1000 s. A second one kills.
std::string registered(const std::string& instances, const std::string& registry, const std::string& boot = "200s") {
  return "topology: t\nresources: {api: {kind: service, instances: " + instances + ", boot: " + boot +
         ", memory: {idle: 0B, per_request: 1MiB, limit: 1MiB}, registry: {" + registry + "}}}\nflows:\n" +
         flows_named({"go", "kills", "probe", "later"}, "{delay: 1s}", "service: api, ") +
         flows_named({"long"}, "{delay: 1000s}", "service: api, ");
}

// The middle of each interval instead of draws: renewals at 15, 45, 75, .. s, and fetches too.
RunSettings middles() {
  RunSettings settings;
  settings.expected_values = true;
  return settings;
}

SeenRun run_of(const std::string& text, const std::vector<Arrivals>& arrivals) {
  return SeenRun(model(text, arrivals_at(arrivals, "1000s")), middles());
}

// The first instance is killed at 100 s. It has renewed at 75 s, so that its lease is over at 165 s; the fetch after
// that is at 195 s. Every second probe from 101.1 s on goes there: those of 103.1, 107.1, .. , 191.1 s find nobody.
TEST(Registry, KeepsWhoIsGoneInTheListUntilTheFetchAfterItsLease) {
  const SeenRun seen = run_of(registered("2", "leaseRenewalIntervalInSeconds: 30"),
                              {{.flow = "long"},
                               {.flow = "go", .at = "1s"},
                               {.flow = "kills", .at = "100s"},
                               {.flow = "probe", .at = "101100ms", .count = 60, .every = "2s"}});
  EXPECT_EQ(seen.failed("connection_lost", "long"), 1u);
  EXPECT_EQ(seen.failed("connection_lost", "kills"), 1u);
  EXPECT_EQ(seen.failed("unavailable", "probe"), 23u);
  EXPECT_EQ(seen.completed("probe"), 37u);
}

// It is back at 300 s, and listed at 315 s: two who come before find one instance between them, which they kill.
TEST(Registry, ListsWhoIsBackAtTheNextFetch) {
  for (const auto& [at, completed] : {std::pair{"314999ms", 0u}, std::pair{"315s", 2u}}) {
    const SeenRun seen =
        run_of(registered("2", "leaseRenewalIntervalInSeconds: 30"), {{.flow = "long"},
                                                                      {.flow = "go", .at = "1s"},
                                                                      {.flow = "kills", .at = "100s"},
                                                                      {.flow = "later", .at = at, .count = 2}});
    EXPECT_EQ(seen.completed("later"), completed) << at;
    EXPECT_EQ(seen.failed("connection_lost", "later"), 2 - completed) << at;
  }
}

// Without a pause between fetches. Back at 300 s it registers at once and renews at 330 s; killed at 345 s, its lease
// is over at 420 s. Of the probes from 346.5 s on the second, fourth, .. go there, the last of them at 417 s: that of
// 420 s does not.
TEST(Registry, RenewsFromItsReturnOn) {
  const SeenRun seen = run_of(registered("2", "registryFetchIntervalSeconds: 0"),
                              {{.flow = "long"},
                               {.flow = "go", .at = "1s"},
                               {.flow = "kills", .at = "100s"},
                               {.flow = "go", .at = "305s"},
                               {.flow = "long", .at = "310s"},
                               {.flow = "go", .at = "311s"},
                               {.flow = "kills", .at = "345s"},
                               {.flow = "probe", .at = "346500ms", .count = 74, .every = "1500ms"}});
  EXPECT_EQ(seen.failed("connection_lost", "kills"), 2u);
  EXPECT_EQ(seen.failed("unavailable", "probe"), 24u);
}

// Killed at the instant of a renewal, 105 s, it has renewed: it is listed until 195 s, and until 165 s if it died
// before. Every second probe finds nobody: those of 108, 112, .. , 164 s, or .. , 192 s.
TEST(Registry, CountsARenewalOfTheInstantOfDeath) {
  for (const auto& [at, failed] : {std::pair{"104999ms", 15u}, std::pair{"105s", 22u}}) {
    const SeenRun seen = run_of(registered("2", "registryFetchIntervalSeconds: 0"),
                                {{.flow = "long"},
                                 {.flow = "go", .at = "1s"},
                                 {.flow = "kills", .at = at},
                                 {.flow = "probe", .at = "106s", .count = 50, .every = "2s"}});
    EXPECT_EQ(seen.failed("unavailable", "probe"), failed) << at;
  }
}

// Back after 10 s, before its lease is over: it is in the list all the time. The probes of 103.1 and 107.1 s find
// nobody.
TEST(Registry, ForgetsNobodyWhoIsBackInTime) {
  const SeenRun seen = run_of(registered("2", "registryFetchIntervalSeconds: 0", "10s"),
                              {{.flow = "long"},
                               {.flow = "go", .at = "1s"},
                               {.flow = "kills", .at = "100s"},
                               {.flow = "probe", .at = "101100ms", .count = 60, .every = "2s"}});
  EXPECT_EQ(seen.failed("unavailable", "probe"), 2u);
  EXPECT_EQ(seen.completed("probe"), 58u);
}

// The last instance stays in the list with both its processes: clients have no other.
TEST(Registry, KeepsTheLastInstance) {
  const SeenRun seen = run_of(registered("1, workers: 2", "registryFetchIntervalSeconds: 0"),
                              {{.flow = "long"},
                               {.flow = "kills", .at = "100s"},
                               {.flow = "probe", .at = "101s", .count = 100, .every = "2s"},
                               {.flow = "later", .at = "301s"}});
  EXPECT_EQ(seen.failed("unavailable", "probe"), 100u);
  EXPECT_EQ(seen.completed("later"), 1u);
}

}  // namespace
}  // namespace loadstone::test
