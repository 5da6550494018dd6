// Networks behave as fidelity 11 says (docs/reference/fidelity.md, section network).
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// A pre-ping, BEGIN, five queries, COMMIT and the ROLLBACK of the reset are nine round trips. The first request opens
// the connection and pings nothing.
TEST(FidelityNetwork, Behaviour1FiveQueriesInATransactionAreNineRoundTrips) {
  for (const auto& [rtt, us] : {std::pair{"1ms", 9000}, std::pair{"200us", 1800}}) {
    const SeenRun seen(
        "topology: t\nresources:\n  db: {kind: postgres, cores: 4, fsync: 0s, rtt: " + std::string(rtt) +
            "}\n  pool: {kind: connection_pool, driver: sqlalchemy, server: db, pool_pre_ping: true}\nflows:\n" +
            flows_named({"first", "go"},
                        "{hold: pool, do: [{query: {access: read}}, {repeat: 5, do: [{query: {access: read}}]}, "
                        "{query: {commit: true}}, {query: {access: read}}]}"),
        {{.flow = "first"}, {.at = "1s"}});
    EXPECT_EQ(static_cast<std::int64_t>(seen.flow("go").latency.max()), us * 1000);
  }
}

// 20 x 10 MB are 1.6 Gbit. All move side by side and end together; one after the other the first would end at 80 ms.
TEST(FidelityNetwork, Behaviour2FlowsOfALinkShareIt) {
  const Observations o =
      run_once(model("topology: t\nresources: {wire: {kind: link, rtt: 0s, bandwidth: 1Gbps}}\nflows:\n" +
                         flows_named({"go"}, "{transfer: {link: wire, bytes: 10MB}}"),
                     arrivals_at({{.count = 20}})));
  EXPECT_EQ(o.flows[0].run.completed, 20u);
  EXPECT_GE(o.flows[0].latency.min(), 1'600'000'000);
  EXPECT_LE(o.flows[0].latency.max(), 1'600'000'100);  // shares are rounded down
}

// A thousand handshakes of 0.52 ms of CPU (RSA-2048) are 0.52 s, on two cores 0.26 s; of 0.15 ms (ECDSA) 0.075 s. They
// share the cores, and all end then.
TEST(FidelityNetwork, Behaviour3AThousandHandshakesTakeTheServersCores) {
  for (const auto& [cpu, ms] : {std::pair{"520us", 260}, std::pair{"150us", 75}}) {
    const SeenRun seen(
        "topology: t\nresources:\n  db: {kind: postgres, cores: 2, max_connections: 1100, connect: 0s, connect_cpu: " +
            std::string(cpu) + "}\n  pool: {kind: connection_pool, driver: none, server: db}\nflows:\n" +
            flows_named({"go"}, "{query: {pool: pool, access: read}}"),
        {{.count = 1000}});
    EXPECT_EQ(seen.completed(), 1000u);
    EXPECT_GE(seen.flow("go").latency.min(), ms * kNsOfMs);
    EXPECT_LE(seen.flow("go").latency.max(), ms * kNsOfMs + 1000);  // shares are rounded down
  }
}

// Two instances; the first is killed at 100 s and stays away. Every second probe goes there while it is listed, one a
// second from 101 s on: for how many seconds that is, for many seeds.
std::vector<std::int64_t> seconds_listed(const std::string& fetch) {
  std::vector<std::int64_t> seconds;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    RunSettings settings;
    settings.seed = seed;
    const SeenRun seen(
        model(
            "topology: t\nresources: {api: {kind: service, instances: 2, boot: 1000s, memory: {idle: 0B, per_request: "
            "1MiB, limit: 1MiB}, registry: {leaseRenewalIntervalInSeconds: 30, leaseExpirationDurationInSeconds: 90, "
            "registryFetchIntervalSeconds: " +
                fetch + "}}}\nflows:\n" + flows_named({"go", "probe"}, "{delay: 1ms}", "service: api, ") +
                flows_named({"long"}, "{delay: 1000s}", "service: api, "),
            arrivals_at({{.flow = "long"},
                         {.at = "1s"},
                         {.flow = "go", .at = "100s"},
                         {.flow = "probe", .at = "100500ms", .count = 400, .every = "500ms"}},
                        "400s")),
        settings);
    seconds.push_back(static_cast<std::int64_t>(seen.failed("unavailable", "probe")));
  }
  return seconds;
}

double mean_of(const std::vector<std::int64_t>& values) {
  double sum = 0;
  for (const std::int64_t value : values) {
    sum += static_cast<double>(value);
  }
  return sum / static_cast<double>(values.size());
}

// Its last renewal was up to 30 s before: its lease of 90 s ends 60 to 90 s after its death, 75 s on average; whole
// seconds before that are half a second less. The standard deviation is 30 / sqrt(12) = 8.7 s, of the mean of 40 1.4 s.
TEST(FidelityNetwork, Behaviour4ADeadInstanceIsListedForSixtyToNinetySeconds) {
  const std::vector<std::int64_t> seconds = seconds_listed("0");
  EXPECT_GE(*std::min_element(seconds.begin(), seconds.end()), 60);
  EXPECT_LE(*std::max_element(seconds.begin(), seconds.end()), 90);
  EXPECT_NEAR(mean_of(seconds), 74.5, 4 * 1.4);
}

// And until the clients fetch the list, up to 30 s more: 15 s on average; 12.2 s, 1.9 s.
TEST(FidelityNetwork, Behaviour4ClientsLearnOfItAtTheirNextFetch) {
  const std::vector<std::int64_t> seconds = seconds_listed("30");
  EXPECT_GE(*std::min_element(seconds.begin(), seconds.end()), 60);
  EXPECT_LE(*std::max_element(seconds.begin(), seconds.end()), 120);
  EXPECT_NEAR(mean_of(seconds), 89.5, 4 * 1.9);
}

// OpenTelemetry's batch processor: a queue of 2048, and one exporter that takes 512 at a time, for 200 ms.
SeenRun spans(const std::vector<Arrivals>& arrivals) {
  return SeenRun(
      "topology: t\nresources:\n  spans: {kind: queue, max_length: 2048, overflow: reject-publish}\n"
      "  exporter: {kind: worker, from: spans, concurrency: 1, batch: {max: 512, timeout: 5s}, flow: "
      "export}\nflows:\n" +
          flows_named({"go", "over", "later"}, "{publish: spans}") + flows_named({"export"}, "{delay: 200ms}"),
      arrivals);
}

// 2,560 a second: 512 come while 512 leave.
TEST(FidelityNetwork, Behaviour5AnExporterPassesItsBatchesAndNoMore) {
  const SeenRun seen = spans({{.count = 25'600, .every = "390625ns"}});
  EXPECT_EQ(seen.completed(), 25'600u);
  EXPECT_EQ(seen.totals("spans").refused, 0u);
}

// 4,000 a second: 800 come while 512 leave. The first batch begins at 127.75 ms with the 512th span, the next each 200
// ms later. At the end of the first 799 are there, and 288 more at each further end: 1951 at that of the fifth, 1439
// after it. 609 more fill the queue, by 1279.75 ms; the 191 that come before the sixth ends, at 1327.75 ms, are lost.
// From then on 512 of 800 find room: in 10 s 14,400 are lost, 1,440 a second.
TEST(FidelityNetwork, Behaviour5SpansAreLostOnceTheQueueIsFull) {
  const SeenRun seen = spans({{.count = 5120, .every = "250us"},
                              {.flow = "over", .at = "1280ms", .count = 191, .every = "250us"},
                              {.flow = "later", .at = "1327750us", .count = 40'000, .every = "250us"}});
  EXPECT_EQ(seen.completed(), 5120u);
  EXPECT_EQ(seen.failed("publish_rejected", "over"), 191u);
  EXPECT_EQ(seen.failed("publish_rejected", "later"), 14'400u);
}

}  // namespace
}  // namespace loadstone::test
