#include <gtest/gtest.h>

#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

load::Loaded link(const std::string& keys, const std::string& transfer, const std::string& workload) {
  return model("topology: t\nresources: {wire: {kind: link, " + keys +
                   "}}\nflows: {go: {steps: [{transfer: " + transfer + "}]}}\n",
               workload);
}

const ResourceObservations& wire(const load::Loaded& m, const Observations& o) {
  return o.resources[row_of(m.model, "wire")];
}

// rtt + bytes / bandwidth = 20 ms + 10 MB / (1 Gbit/s) = 100 ms.
TEST(Link, TakesARoundTripAndTheTimeOfItsBytes) {
  const auto m = link("rtt: 20ms, bandwidth: 1Gbps", "{link: wire, bytes: 10MB}", arrivals_at({{}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].latency.max(), 100'000'000);
  EXPECT_EQ(wire(m, o).at_end.in_use_area, 80'000'000);
}

// Fidelity 11.6.2, with a power of two so that shares are exact: 16 transfers of 10 MB over 1 Gbit/s all end at 1.28 s.
TEST(Link, SharesItsBandwidthEqually) {
  const auto m = link("rtt: 0s, bandwidth: 1Gbps", "{link: wire, bytes: 10MB}", arrivals_at({{.count = 16}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].latency.min(), 1'280'000'000);
  EXPECT_EQ(o.flows[0].latency.max(), 1'280'000'000);
  EXPECT_EQ(wire(m, o).at_end.in_use_area, 1'280'000'000);  // busy all the time, and no longer
}

// 1 byte takes 1 s. Alone from 0 to 2 s (2 bytes), then with the second of 1 byte: each 1/2 byte a second, so the
// second leaves at 4 s with the first at 3 bytes; the first has 1 left, alone, until 5 s.
TEST(Link, ANewTransferSlowsDownThoseUnderWay) {
  const auto m = model(
      "topology: t\nresources: {wire: {kind: link, rtt: 0s, bandwidth: 1B/s}}\nflows:\n"
      "  long: {steps: [{transfer: {link: wire, bytes: 4B}}]}\n  short: {steps: [{transfer: {link: wire, bytes: "
      "1B}}]}\n",
      arrivals_at({{.flow = "long"}, {.flow = "short", .at = "2s"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[flow_of(m.model, "long")].latency.max(), 5 * kSecond);
  EXPECT_EQ(o.flows[flow_of(m.model, "short")].latency.max(), 2 * kSecond);
}

// The round trip uses no bandwidth: two that start together, one byte each at 1 B/s, end at 1 + 2 s.
TEST(Link, TheRoundTripUsesNoBandwidth) {
  const auto m = link("rtt: 1s, bandwidth: 1B/s", "{link: wire, bytes: 1B}", arrivals_at({{.count = 2}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].latency.max(), 3 * kSecond);
  EXPECT_EQ(wire(m, o).at_end.in_use_area, 2 * kSecond);
}

// Fidelity 11.6.1: pre-ping, begin, query, commit, reset: 9 round trips of 5 queries at 1 ms are 9 ms.
TEST(Link, RoundTripsWithoutBytesAddUp) {
  const auto m = model(
      "topology: t\nresources: {wire: {kind: link, rtt: 1ms}}\nflows: {go: {steps: [{repeat: 9, do: [{transfer: "
      "wire}]}]}}\n",
      arrivals_at({{}}));
  EXPECT_EQ(run_once(m).flows[0].latency.max(), 9'000'000);
}

TEST(Link, HasALinkForEachMember) {
  const auto m = model(
      "topology: t\npopulations: {site: {count: 4}}\nresources: {wire: {kind: link, rtt: 0s, bandwidth: 1B/s, per: "
      "site}}\n"
      "flows: {go: {steps: [{transfer: {link: wire, bytes: 1B}}]}}\n",
      arrivals_at({{.attributes = "site: integer(1; 1)"}, {.attributes = "site: integer(2; 2)"}}));
  EXPECT_EQ(run_once(m).flows[0].latency.max(), kSecond);
}

// A cancelled transfer leaves the bandwidth to the others: both have moved 1 byte at 2 s, then one is alone.
TEST(Link, ACancelledTransferStopsUsingIt) {
  const auto m = model(
      "topology: t\nresources: {wire: {kind: link, rtt: 0s, bandwidth: 1B/s}}\nflows:\n"
      "  go: {steps: [{transfer: {link: wire, bytes: 3B}}]}\n"
      "  gone: {steps: [{transfer: {link: wire, bytes: 3B}, timeout: 2s, cancel_propagates: inline}]}\n",
      arrivals_at({{.flow = "go"}, {.flow = "gone"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[flow_of(m.model, "gone")].run.failed, 1u);
  EXPECT_EQ(o.flows[flow_of(m.model, "go")].latency.max(), 4 * kSecond);
}

// Otherwise it goes on without its client, and the other has half until the end.
TEST(Link, AnAbandonedTransferGoesOn) {
  const auto m = model(
      "topology: t\nresources: {wire: {kind: link, rtt: 0s, bandwidth: 1B/s}}\nflows:\n"
      "  go: {steps: [{transfer: {link: wire, bytes: 3B}}]}\n"
      "  gone: {steps: [{transfer: {link: wire, bytes: 3B}, timeout: 2s}]}\n",
      arrivals_at({{.flow = "go"}, {.flow = "gone"}}));
  EXPECT_EQ(run_once(m).flows[flow_of(m.model, "go")].latency.max(), 6 * kSecond);
}

// Relieved, everybody has the whole bandwidth, and what they use is counted.
TEST(Link, RelievedShowsTheDemand) {
  const auto m = link("rtt: 1s, bandwidth: 1B/s", "{link: wire, bytes: 5B}", arrivals_at({{.count = 10}}));
  RunSettings settings;
  settings.relieved = {"wire"};
  const Observations o = run_once(m, settings);
  EXPECT_EQ(o.flows[0].latency.max(), 6 * kSecond);
  EXPECT_EQ(wire(m, o).at_end.in_use_area, 50 * kSecond);
}

// Nothing to move: the transfer ends with its round trip, at that instant, and the bandwidth is not touched.
TEST(Link, NoBytesTakeNoTimeOfTheBandwidth) {
  const auto m = link("rtt: 1s, bandwidth: 1B/s", "{link: wire, bytes: 0B}", arrivals_at({{.count = 3}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].latency.max(), kSecond);
  EXPECT_EQ(wire(m, o).at_end.in_use_area, 0);
}

}  // namespace
}  // namespace loadstone::test
