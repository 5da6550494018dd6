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

// --- routes ---------------------------------------------------------------------------------------------------------

constexpr const char* kTwoLinks =
    "topology: t\nresources:\n  a: {kind: link, rtt: 0s, bandwidth: 1B/s}\n"
    "  b: {kind: link, rtt: 0s, bandwidth: 2B/s}\nflows:\n"
    "  ab: {steps: [{transfer: {route: [a, b], bytes: 1B}}]}\n"
    "  a: {steps: [{transfer: {link: a, bytes: 1B}}]}\n"
    "  b: {steps: [{transfer: {link: b, bytes: 3B}}]}\n";

std::int64_t latency(const load::Loaded& m, const Observations& o, const char* flow) {
  return o.flows[flow_of(m.model, flow)].latency.max();
}

const Totals& totals(const load::Loaded& m, const Observations& o, const char* row) {
  return o.resources[row_of(m.model, row)].at_end;
}

// 20 ms + 5 ms, then 10 MB at the narrower 1 Gbit/s: 80 ms. Of b's 2 Gbit/s half is used meanwhile.
TEST(Route, TakesAllRoundTripsAndMovesItsBytesAtTheNarrowestBandwidth) {
  const auto m = model(
      "topology: t\nresources: {a: {kind: link, rtt: 20ms, bandwidth: 1Gbps}, b: {kind: link, rtt: 5ms, bandwidth: "
      "2Gbps}}\nflows: {go: {steps: [{transfer: {route: [b, a], bytes: 10MB}}]}}\n",
      arrivals_at({{}}));
  const Observations o = run_once(m);
  EXPECT_EQ(latency(m, o, "go"), 105'000'000);
  EXPECT_EQ(totals(m, o, "a").in_use_area, 80'000'000);
  EXPECT_EQ(totals(m, o, "b").in_use_area, 40'000'000);
  for (const char* link : {"a", "b"}) {
    EXPECT_EQ(totals(m, o, link).arrivals, 1u) << link;
    EXPECT_EQ(totals(m, o, link).completed, 1u) << link;
  }
}

// Links of 1 and 2 B/s: a holds up ab and a, 1/2 each; b has 3/2. All end at 2 s. a is full, and one of the two on it
// is its line; b is full with one that it holds up, which is no line. ab is no load of b's line: a holds it up.
TEST(Route, LinksAreSharedMaxMinFairly) {
  const auto m = model(kTwoLinks, arrivals_at({{.flow = "ab"}, {.flow = "a"}, {.flow = "b"}}));
  const Observations o = run_once(m);
  for (const char* flow : {"ab", "a", "b"}) {
    EXPECT_EQ(latency(m, o, flow), 2 * kSecond) << flow;
  }
  for (const char* link : {"a", "b"}) {
    EXPECT_EQ(totals(m, o, link).in_use_area, 2 * kSecond) << link;
    EXPECT_EQ(totals(m, o, link).full_time, 2 * kSecond) << link;
  }
  EXPECT_EQ(totals(m, o, "a").waiting_area, 2 * kSecond);
  EXPECT_EQ(totals(m, o, "b").waiting_area, 0);
}

// Three over a and b at 1/3 B/s: b is used by a half, is never full and has no line, however many a holds up.
TEST(Route, ALinkThatHoldsNobodyUpHasNoLine) {
  const auto m = model(kTwoLinks, arrivals_at({{.flow = "ab", .count = 3}}));
  const Observations o = run_once(m);
  EXPECT_EQ(latency(m, o, "ab"), 3 * kSecond);
  EXPECT_EQ(totals(m, o, "a").waiting_area, 6 * kSecond);
  EXPECT_EQ(totals(m, o, "a").blocked_time, 3 * kSecond);
  EXPECT_EQ(totals(m, o, "b").in_use_area, 3 * kSecond / 2);
  EXPECT_EQ(totals(m, o, "b").full_time, 0);
  EXPECT_EQ(totals(m, o, "b").waiting_area, 0);
}

// The hold of a semaphore round it: all of it is served by the narrowest link, wherever that stands in the route.
TEST(Route, ItsTimeIsTheNarrowestLinks) {
  const auto m = model(
      "topology: t\nresources: {a: {kind: link, rtt: 1s, bandwidth: 2B/s}, b: {kind: link, rtt: 0s, bandwidth: 1B/s}, "
      "s: {kind: semaphore, size: 1}}\nflows: {go: {steps: [{hold: s, do: [{transfer: {route: [a, b], bytes: 2B}}]}]}}"
      "\n",
      arrivals_at({{}}));
  const Observations o = run_once(m);
  const auto& rows = o.resources[row_of(m.model, "s")].meter.breakdown.rows();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].on, row_of(m.model, "b"));
  EXPECT_EQ(rows[0].doing, Doing::served);
  EXPECT_EQ(rows[0].ns, 3 * kSecond);
}

// ab gives up at 1 s of its 2 with half a byte moved: a is alone then, and moves its other half byte until 1.5 s.
TEST(Route, ACancelledTransferLeavesAllItsLinks) {
  std::string topology = kTwoLinks;
  topology.replace(topology.find("bytes: 1B}}"), 11, "bytes: 1B}, timeout: 1s, cancel_propagates: inline}");
  const auto m = model(topology, arrivals_at({{.flow = "ab"}, {.flow = "a"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[flow_of(m.model, "ab")].run.failed, 1u);
  EXPECT_EQ(latency(m, o, "a"), 3 * kSecond / 2);
  EXPECT_EQ(totals(m, o, "b").in_use_area, kSecond / 4);
}

// The time of the round trip is before the bytes, and so is a cancel in it.
TEST(Route, ACancelDuringTheRoundTripsLeavesNothingBehind) {
  const auto m = model(
      "topology: t\nresources: {a: {kind: link, rtt: 1s, bandwidth: 1B/s}, b: {kind: link, rtt: 1s}}\nflows: {go: "
      "{steps: [{transfer: {route: [a, b], bytes: 1B}, timeout: 1500ms, cancel_propagates: inline}]}}\n",
      arrivals_at({{}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].run.failed, 1u);
  EXPECT_EQ(totals(m, o, "a").in_use_area, 0);
}

// Sites have uplinks of 1 MB/s of their own and a backbone of 2 MB/s: three sites share it by 2/3 each, which is less
// than an uplink has; two of one site get 1/2 each.
TEST(Route, JoinsTheMembersThatTheRequestPicks) {
  const std::string topology =
      "topology: t\npopulations: {site: {count: 4}}\nresources:\n  up: {kind: link, rtt: 0s, bandwidth: 1MB/s, per: "
      "site}\n  backbone: {kind: link, rtt: 0s, bandwidth: 2MB/s}\n"
      "flows: {go: {steps: [{transfer: {route: [up, backbone], bytes: 2kB}}]}}\n";
  const auto m = model(topology, arrivals_at({{.attributes = "site: integer(1; 1)"},
                                              {.attributes = "site: integer(2; 2)"},
                                              {.attributes = "site: integer(3; 3)"}}));
  EXPECT_EQ(latency(m, run_once(m), "go"), 3'000'000);
  const auto same = model(topology, arrivals_at({{.count = 2, .attributes = "site: integer(1; 1)"}}));
  const Observations o = run_once(same);
  EXPECT_EQ(latency(same, o, "go"), 4'000'000);
  EXPECT_EQ(totals(same, o, "backbone").in_use_area, 2'000'000);
}

// a and b, b and c: all three share one network, so that what ends on c speeds up what a holds up no more.
TEST(Route, LinksThatAreJoinedOverOthersShareToo) {
  const auto m = model(
      "topology: t\nresources:\n  a: {kind: link, rtt: 0s, bandwidth: 1B/s}\n  b: {kind: link, rtt: 0s, bandwidth: "
      "1B/s}\n  c: {kind: link, rtt: 0s, bandwidth: 1B/s}\nflows:\n"
      "  bc: {steps: [{transfer: {route: [b, c], bytes: 1B}}]}\n  ab: {steps: [{transfer: {route: [a, b], bytes: 2B}}]}"
      "\n  c: {steps: [{transfer: {link: c, bytes: 2B}}]}\n",
      arrivals_at({{.flow = "bc"}, {.flow = "ab"}, {.flow = "c"}}));
  const Observations o = run_once(m);
  // 1/2 each until bc is done at 2 s; the two others have moved 1 of 2 bytes, and then have a link each: 3 s
  EXPECT_EQ(latency(m, o, "bc"), 2 * kSecond);
  EXPECT_EQ(latency(m, o, "ab"), 3 * kSecond);
  EXPECT_EQ(latency(m, o, "c"), 3 * kSecond);
}

// Of the two only a limits: bytes take no time of a link without a bandwidth, which is never used.
TEST(Route, ALinkWithoutABandwidthDoesNotLimit) {
  const auto m = model(
      "topology: t\nresources: {a: {kind: link, rtt: 1s, bandwidth: 1B/s}, free: {kind: link, rtt: 1s}, free2: {kind: "
      "link, rtt: 1s}}\nflows:\n  go: {steps: [{transfer: {route: [free, a], bytes: 2B}}]}\n  none: {steps: "
      "[{transfer: "
      "{route: [free, free2], bytes: 5B}}]}\n",
      arrivals_at({{.flow = "go"}, {.flow = "none"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(latency(m, o, "go"), 4 * kSecond);
  EXPECT_EQ(latency(m, o, "none"), 2 * kSecond);
  EXPECT_EQ(totals(m, o, "free").in_use_area, 0);
  EXPECT_EQ(totals(m, o, "free").completed, 2u);
}

// With a relieved, b is the next that holds them up: three share 2 B/s, 1.5 s each; without either, all take their 1 s
// and what they use is counted.
TEST(Route, RelievingTheNarrowestShowsTheNext) {
  const auto m = model(kTwoLinks, arrivals_at({{.flow = "ab", .count = 3}}));
  RunSettings settings;
  settings.relieved = {"a"};
  const Observations o = run_once(m, settings);
  EXPECT_EQ(latency(m, o, "ab"), 3 * kSecond / 2);
  EXPECT_EQ(totals(m, o, "b").full_time, 3 * kSecond / 2);
  EXPECT_EQ(totals(m, o, "a").full_time, 0);
  EXPECT_EQ(totals(m, o, "a").in_use_area, 3 * kSecond);
  settings.relieved = {"a", "b"};
  const Observations free = run_once(m, settings);
  EXPECT_EQ(latency(m, free, "ab"), kSecond);
  EXPECT_EQ(totals(m, free, "b").in_use_area, 3 * kSecond / 2);
}

// A link that has a route's traffic and its own, all over itself: as a link that is in no route.
TEST(Route, ARouteOfOneLinkIsThatLink) {
  const auto m = model(
      "topology: t\nresources: {a: {kind: link, rtt: 1s, bandwidth: 1B/s}}\nflows: {go: {steps: [{transfer: {route: a, "
      "bytes: 1B}}]}}\n",
      arrivals_at({{.count = 2}}));
  const Observations o = run_once(m);
  EXPECT_EQ(latency(m, o, "go"), 3 * kSecond);
  EXPECT_EQ(totals(m, o, "a").in_use_area, 2 * kSecond);
  EXPECT_EQ(totals(m, o, "a").waiting_area, 2 * kSecond);
}

}  // namespace
}  // namespace loadstone::test
