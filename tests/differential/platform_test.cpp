// `--platform`: transfers over a network of SimGrid's. What one takes is computed by hand from SimGrid's own
// description of its models:
//
//   LV08: 13.01 x (sum of latencies) + bytes / (0.97 x min(least bandwidth, TCP-gamma / (2 x sum of latencies)))
//   CM02:         (sum of latencies) + bytes / least bandwidth, with TCP-gamma 0
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// alice --access-- (hub) --long-- bob; carol next to alice. `config` is what stands before the zone.
std::string platform(const std::string& config, const std::string& access_bandwidth = "125MBps") {
  return "<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
         "<platform version=\"4.1\">\n" +
         config +
         "  <zone id=\"world\" routing=\"Full\">\n"
         "    <host id=\"alice\" speed=\"1Gf\"/>\n    <host id=\"bob\" speed=\"1Gf\"/>\n"
         "    <host id=\"carol\" speed=\"1Gf\"/>\n"
         "    <link id=\"access\" bandwidth=\"" +
         access_bandwidth +
         "\" latency=\"10ms\"/>\n    <link id=\"long\" bandwidth=\"100MBps\" latency=\"5ms\"/>\n"
         "    <route src=\"alice\" dst=\"bob\"><link_ctn id=\"access\"/><link_ctn id=\"long\"/></route>\n"
         "    <route src=\"alice\" dst=\"carol\"><link_ctn id=\"access\"/></route>\n"
         "    <route src=\"bob\" dst=\"carol\"><link_ctn id=\"long\"/></route>\n"
         "  </zone>\n</platform>\n";
}

constexpr const char* kNoCrossTraffic = "  <config><prop id=\"network/crosstraffic\" value=\"0\"/></config>\n";
constexpr const char* kPlain =
    "  <config><prop id=\"network/model\" value=\"CM02\"/><prop id=\"network/TCP-gamma\" value=\"0\"/>"
    "<prop id=\"network/crosstraffic\" value=\"0\"/></config>\n";

constexpr const char* kTopology = R"(
topology: copies
resources:
  wan: {kind: link, rtt: 1s, bandwidth: 1B/s, between: [alice, bob]}
  lan: {kind: link, rtt: 1s, bandwidth: 1B/s, between: [carol, alice]}
  back: {kind: link, rtt: 1s, between: [alice, carol]}
  unused: {kind: link, rtt: 1s}
flows:
  copy: {steps: [{transfer: {link: wan, bytes: 10MB}}]}
  over: {steps: [{transfer: {route: [lan, wan], bytes: 10MB}}]}
  ping: {steps: [{transfer: wan}]}
)";

std::string workload(const std::string& flow, int count) {
  std::string text = "workload: one\nwarmup: 0s\nduration: 10s\nscenarios:\n";
  for (int i = 0; i < count; ++i) {
    text += "  s" + std::to_string(i) + ": {executor: constant-arrival-rate, arrival: even, exec: " + flow +
            ", rate: 1/s, duration: 1ms}\n";
  }
  return text;
}

class OnPlatform : public testing::Test {
 protected:
  CommandResult run(const std::string& xml, const std::string& flow = "copy", int count = 1,
                    const std::string& topology = kTopology) const {
    return loadstone({"run", file("copies.yaml", topology), file("one.yaml", workload(flow, count)), "--replications",
                      "1", "--engine", "simgrid", "--platform", file("grid.xml", xml), "--json"});
  }
  // The longest latency, in ms.
  double longest(const std::string& xml, const std::string& flow = "copy", int count = 1) const {
    const CommandResult result = run(xml, flow, count);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? Json::parse(result.out)["flows"][flow]["latency_ms"]["max"].get<double>() : 0;
  }
};

// 15 ms and 10 MB at 100 MB/s.
TEST_F(OnPlatform, ItsConfigurationAndItsRouteDecide) {
  EXPECT_NEAR(longest(platform(kPlain)), 15 + 100, 1e-6);
}

// TCP's window: 4194304 bytes / (2 x 15 ms) = 139.8 MB/s, which is more than 97.
TEST_F(OnPlatform, TheDefaultModelIsLV08) {
  EXPECT_NEAR(longest(platform(kNoCrossTraffic)), 13.01 * 15 + 10e6 / 97e6 * 1e3, 1e-6);
}

// A window of a quarter: 1048576 / 30 ms = 34.95 MB/s, which has the bandwidth's factor too.
TEST_F(OnPlatform, AWindowOfTcpBinds) {
  const std::string config =
      "  <config><prop id=\"network/crosstraffic\" value=\"0\"/>"
      "<prop id=\"network/TCP-gamma\" value=\"1048576\"/></config>\n";
  EXPECT_NEAR(longest(platform(config)), 13.01 * 15 + 10e6 / (0.97 * 1048576 / 0.030) * 1e3, 1e-6);
}

// From the first end of the first link to the second of the last: carol to bob, over the long link alone.
TEST_F(OnPlatform, ARouteIsOneTransferBetweenItsEnds) {
  EXPECT_NEAR(longest(platform(kPlain), "over"), 5 + 100, 1e-6);
}

// Two at once share the long link; both wait the 15 ms.
TEST_F(OnPlatform, TransfersShareItsLinks) {
  EXPECT_NEAR(longest(platform(kPlain), "copy", 2), 15 + 200, 1e-6);
}

// A byte goes where there are none.
TEST_F(OnPlatform, WithoutAPayloadTheLatencyIsLeft) {
  EXPECT_NEAR(longest(platform(kPlain), "ping"), 15, 1e-4);
}

// In use for as long as bytes move, by the 10 s of the run: 115 ms.
TEST_F(OnPlatform, TheRowOfALinkSaysHowLongSomethingMoves) {
  const CommandResult result = run(platform(kPlain), "copy", 2);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json wan = Json::parse(result.out)["resources"]["wan"];
  EXPECT_NEAR(wan["utilization"]["value"], 0.0215, 1e-9);
  EXPECT_EQ(wan["queue_length"]["value"], 0);
  EXPECT_EQ(wan["saturated"], false);
  EXPECT_TRUE(wan["saturates_at_load"].is_null());
}

TEST_F(OnPlatform, LinksThatAreNotBetweenHostsAreNamedTogether) {
  std::string topology = kTopology;
  topology.replace(topology.find(", between: [alice, bob]"), 23, "");
  topology.replace(topology.find("[carol, alice]"), 14, "[carol, alcie]");
  const CommandResult result = run(platform(kPlain), "copy", 1, topology);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err,
              HasSubstr("copies.yaml:4:3: error: resource 'wan': it needs 'between' where there is a platform"));
  EXPECT_THAT(result.err, HasSubstr("grid.xml has no host 'alcie'"));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'alice'?"));
  EXPECT_THAT(result.err, Not(HasSubstr("unused")));
}

TEST_F(OnPlatform, WhatSimGridDoesNotTakeIsSaidInALine) {
  const std::string broken = platform(kPlain);
  const CommandResult parse = run(broken.substr(0, broken.size() - 30));
  EXPECT_EQ(parse.exit_code, 2);
  EXPECT_THAT(parse.err, HasSubstr("grid.xml: error: SimGrid does not take this platform: "));
  std::string unknown = platform(kPlain);
  unknown.replace(unknown.find("link_ctn id=\"long\""), 18, "link_ctn id=\"wide\"");
  const CommandResult link = run(unknown);
  EXPECT_EQ(link.exit_code, 2);
  EXPECT_THAT(link.err, HasSubstr("grid.xml: error: SimGrid does not take this platform: "));
  EXPECT_THAT(link.err, HasSubstr("wide"));
  std::string negative = platform("  <config><prop id=\"network/model\" value=\"carrier-pigeon\"/></config>\n");
  const CommandResult model = run(negative);
  EXPECT_EQ(model.exit_code, 2);
  EXPECT_THAT(model.err, HasSubstr("carrier-pigeon"));
}

TEST_F(OnPlatform, HostsWithoutARouteBetweenThemAreNamed) {
  std::string apart = platform(kPlain);
  apart.erase(
      apart.find("    <route src=\"alice\" dst=\"bob\">"),
      apart.find("    <route src=\"alice\" dst=\"carol\">") - apart.find("    <route src=\"alice\" dst=\"bob\">"));
  const CommandResult result = run(apart);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("grid.xml: error: there is no route from 'alice' to 'bob'"));
}

TEST_F(OnPlatform, IsAnErrorWithoutTheEngineOrTheFile) {
  const std::string xml = file("grid.xml", platform(kPlain));
  const std::vector<std::string> arguments{"run", file("copies.yaml", kTopology),
                                           file("one.yaml", workload("copy", 1))};
  for (const auto& [flags, message] :
       {std::pair(std::vector<std::string>{"--platform", xml}, "--platform needs --engine simgrid"),
        std::pair(std::vector<std::string>{"--engine", "native", "--platform", xml},
                  "--platform needs --engine simgrid"),
        std::pair(std::vector<std::string>{"--engine", "simgrid", "--platform", "nowhere.xml"}, "'nowhere.xml'")}) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), flags.begin(), flags.end());
    const CommandResult result = loadstone(all);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr(message));
  }
}

// What is stored of one platform is not another's: the key is of what the file says, not of its name.
TEST_F(OnPlatform, ASweepTakesNoRunOfAnotherPlatformForItsOwn) {
  const std::string out = fresh_directory("platform-sweep");
  const auto sweep = [&](const std::string& xml, const std::string& name) {
    return loadstone({"sweep", file("copies.yaml", kTopology), file("one.yaml", workload("copy", 1)), "--replications",
                      "1", "--engine", "simgrid", "--platform", file(name, xml), "--out", out});
  };
  EXPECT_EQ(sweep(platform(kPlain), "grid.xml").exit_code, 0);
  const std::string rows = text_of(out + "/rows.csv");
  const CommandResult same = sweep(platform(kPlain), "renamed.xml");
  EXPECT_THAT(same.err, HasSubstr("1 of 1 runs were in")) << same.err;
  EXPECT_EQ(text_of(out + "/rows.csv"), rows);
  const CommandResult other = sweep(platform(kPlain, "12.5MBps"), "grid.xml");
  EXPECT_EQ(other.exit_code, 0) << other.err;
  EXPECT_THAT(other.err, Not(HasSubstr("1 of 1 runs were in")));
  EXPECT_NE(text_of(out + "/rows.csv"), rows);
}

// Of a pool round a transfer that takes 115 ms there, and by the topology ten million seconds: its bound is that of
// what is not a transfer, 1 / 15 ms, which 4 copies a second do not reach.
TEST_F(OnPlatform, TheBoundKnowsNothingOfTransfers) {
  const std::string held =
      file("held.yaml",
           "topology: held\nresources:\n  wan: {kind: link, rtt: 1s, bandwidth: 1B/s, between: "
           "[alice, bob]}\n  gate: {kind: semaphore, size: 1}\n"
           "flows: {copy: {steps: [{hold: gate, do: [{transfer: {link: wan, bytes: 10MB}}, {delay: "
           "15ms}]}]}}\n");
  const std::string load = file("load.yaml",
                                "workload: load\nwarmup: 1s\nscenarios: {s: {executor: constant-arrival-rate, exec: "
                                "copy, rate: 4/s, duration: 30s}}\n");
  const CommandResult result = loadstone({"saturate", held, load, "--replications", "3", "--depth", "1", "--engine",
                                          "simgrid", "--platform", file("grid.xml", platform(kPlain)), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json saturation = Json::parse(result.out)["saturation"];
  EXPECT_EQ(saturation["first"], "gate");
  EXPECT_NEAR(saturation["at"]["value"], 1 / 0.130 / 4, 0.15);
  EXPECT_NEAR(saturation["bound"]["at"], 1 / 0.015 / 4, 0.2);
}

}  // namespace
}  // namespace loadstone::test
