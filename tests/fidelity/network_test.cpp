// Networks behave as fidelity 11 says (docs/reference/fidelity.md, section network).
#include <gtest/gtest.h>

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
