// What is a guess in a topology, and how another number is written in its place.
#include "src/load/guesses.hpp"

#include <gmock/gmock.h>

namespace loadstone::load {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Scaled, NumbersKeepTheirUnitAndWholeOnesStayWhole) {
  EXPECT_EQ(scaled("20ms", 2), "40ms");
  EXPECT_EQ(scaled("1m30s", 0.5), "45s");
  EXPECT_EQ(scaled("8GiB", 0.25), "2GiB");
  EXPECT_EQ(scaled("12/s", 2), "24/s");
  EXPECT_EQ(scaled("$0.05", 2), "$0.1");
  EXPECT_EQ(scaled("5", 0.5), "3");
  EXPECT_EQ(scaled("1", 0.5), "1");
  EXPECT_EQ(scaled("1.5", 2), "3");
}

TEST(Scaled, SharesEndAtOne) {
  EXPECT_EQ(scaled("40%", 2), "80%");
  EXPECT_EQ(scaled("80%", 2), "100%");
  EXPECT_EQ(scaled("0.8", 2), "1");
  EXPECT_EQ(scaled("0.25", 2), "0.5");
}

TEST(Scaled, OfALawWhatHasAUnit) {
  EXPECT_EQ(scaled("exponential(1ms)", 2), "exponential(2ms)");
  EXPECT_EQ(scaled("lognormal(mean=20ms; cv=0.8)", 2), "lognormal(mean=40ms; cv=0.8)");
  EXPECT_EQ(scaled("lognormal(p50=2s; p95=5s)", 0.5), "lognormal(p50=1s; p95=2.5s)");
  EXPECT_EQ(scaled("lognormal(mean=211; cv=0.9)", 2), "lognormal(mean=422; cv=0.9)");
  EXPECT_EQ(scaled("integer(1; 5)", 2), std::nullopt);
  EXPECT_EQ(scaled("uniform", 2), std::nullopt);
}

class GuessesOf : public testing::Test {
 protected:
  Guesses of(const std::string& topology, const Overrides& given = {}) {
    Diagnostics diagnostics;
    inputs_.topology = parse_document(topology, "t.yaml", diagnostics)->root();
    inputs_.workload = parse_document(
                           "workload: w\nscenarios: {s: {executor: constant-arrival-rate, exec: go, rate: 5/s, "
                           "duration: 10s}}\n",
                           "w.yaml", diagnostics)
                           ->root();
    const auto loaded = compile(inputs_, given, diagnostics);
    EXPECT_TRUE(loaded) << (diagnostics.list().empty() ? "" : to_string(diagnostics.list().front()));
    return guesses_of(inputs_, *loaded, given);
  }
  static std::vector<std::string> paths(const Guesses& guesses) {
    std::vector<std::string> paths;
    for (const VariedNumber& varied : guesses.varied) {
      paths.push_back(varied.path);
    }
    return paths;
  }

  Inputs inputs_;
};

constexpr const char* kTopology = R"(
topology: t
params:
  known: {value: 4, status: documented}
  free: 3
resources:
  desk: {kind: station, servers: $free, service: {value: 10ms, range: [5ms, 40ms], status: estimated}}
  counted: {kind: station, servers: $known, service: {value: 3ms, status: measured, range: x2, source: a log}}
flows:
  go: {steps: [{visit: desk}, {visit: counted}, {delay: exponential(2ms)}]}
)";

TEST_F(GuessesOf, AreWhatIsAssumedOrEstimatedOverARange) {
  const Guesses guesses = of(kTopology);
  EXPECT_THAT(paths(guesses), ElementsAre("params.free", "resources.desk.service", "flows.go.steps.2.time"));
  EXPECT_EQ(guesses.varied[0].low_text, "2");  // 1.5, whole
  EXPECT_EQ(guesses.varied[0].high_text, "6");
  EXPECT_DOUBLE_EQ(guesses.varied[1].low, 0.5);
  EXPECT_DOUBLE_EQ(guesses.varied[1].high, 4);
  EXPECT_EQ(guesses.varied[1].high_text, "40ms");
  EXPECT_EQ(guesses.varied[2].high_text, "exponential(4ms)");
  EXPECT_THAT(guesses.not_varied, IsEmpty());
}

TEST_F(GuessesOf, WhatIsGivenFromOutsideIsNone) {
  EXPECT_THAT(paths(of(kTopology, {{"free", "7"}})), ElementsAre("resources.desk.service", "flows.go.steps.2.time"));
}

TEST_F(GuessesOf, AreWrittenInTheirPlaces) {
  const Guesses guesses = of(kTopology);
  Inputs varied = inputs_;
  varied.topology = with_guesses(inputs_.topology, guesses, {2, 4, 1});
  Diagnostics diagnostics;
  const auto loaded = compile(varied, {}, diagnostics);
  ASSERT_TRUE(loaded);
  const Guesses again = guesses_of(varied, *loaded, {});
  EXPECT_EQ(again.varied[0].value, "6");
  EXPECT_EQ(again.varied[1].value, "40ms");
  EXPECT_EQ(again.varied[2].value, "exponential(2ms)");
}

}  // namespace
}  // namespace loadstone::load
