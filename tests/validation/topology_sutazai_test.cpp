// What breaks first in topologies/sutazai.yaml under workloads/saas-mix.yaml, from its own numbers.
//
// First: Ollama. A call reads 1,155 tokens at 1,600 a second and writes 211 at 40 a second, 6.0 s, and there is one
//   slot. One request in 20 of 20 a second makes a call: load 0.167.
// Next: the cores, at nearly the same load. A call works with 4 threads, and 4 of 8 cores are left by the other
//   containers: 6.0 s of all the cores there are. So more slots bring nothing.
// Tier 0 (more workers, a pool, a cache) changes nothing about either: the same load.
//
// The bound knows both, and the cores are the tighter one by less than 1 %: calls take all of them, and all else takes
// a little. The simulation names the slot, where the line is; its holders wait for nothing but the cores.
#include <gtest/gtest.h>

#include "tests/support/shipped.hpp"

namespace loadstone::test {
namespace {

constexpr double kFirst = 0.167;      // load at which Ollama's slot is always taken
constexpr double kTolerance = 0.005;  // of the constants above, which are rounded
constexpr double kSampled = 0.03;     // of the bound, whose mix of requests is drawn
constexpr double kCalls = 400;        // at the edge, in a judged run

// A language model 100 times as fast.
const Overrides kFastModel{{"prefill_rate", "160000/s"}, {"decode_rate", "4000/s"}};

double call_seconds(const Shipped& shipped, const Overrides& overrides = {}) {
  return shipped.parameter("input_tokens", overrides) / shipped.parameter("prefill_rate", overrides) +
         shipped.parameter("output_tokens", overrides) / shipped.parameter("decode_rate", overrides);
}

// Load that the slot allows.
double by_slot(const Shipped& shipped, const Overrides& overrides = {}) {
  return shipped.number({"resources", "ollama", "OLLAMA_NUM_PARALLEL"}) / call_seconds(shipped, overrides) /
         shipped.arrivals("converse");
}

// Seconds of cores that flows other than calls take for a second of load 1, in the topology without tier 0.
double other_core_seconds(const Shipped& shipped) {
  const auto cpu = [&](Shipped::Keys keys) { return shipped.number(keys); };
  const double write = cpu({"flows", "write", "steps", "0", "cpu"}) +
                       cpu({"flows", "write", "steps", "1", "do", "0", "query", "cpu"}) +
                       cpu({"flows", "write", "steps", "1", "do", "1", "query", "cpu"});
  return shipped.arrivals("read") *
             (cpu({"flows", "read", "steps", "0", "cpu"}) + cpu({"flows", "read", "steps", "1", "query", "cpu"})) +
         shipped.arrivals("write") * write +
         shipped.arrivals("converse") * (cpu({"flows", "converse", "steps", "0", "cpu"}) +
                                         cpu({"flows", "converse", "steps", "2", "query", "cpu"})) +
         shipped.arrivals("job") *
             (cpu({"flows", "job", "steps", "0", "cpu"}) + cpu({"flows", "agent", "steps", "0", "cpu"}));
}

// Load that the cores allow.
double by_cores(const Shipped& shipped, const Overrides& overrides = {}) {
  const double free = shipped.parameter("cores", overrides) * (1 - shipped.parameter("baseline", overrides));
  const double calls = shipped.arrivals("converse") * shipped.number({"resources", "ollama", "threads"}) *
                       call_seconds(shipped, overrides);
  return free / (calls + other_core_seconds(shipped));
}

double seconds_at(const Shipped& shipped, double load) {
  return kCalls / shipped.arrivals("converse") / load;
}

class Sutazai : public testing::TestWithParam<const char*> {};

TEST_P(Sutazai, OllamasSlotBreaksFirst) {
  const Shipped shipped(GetParam(), "saas-mix");
  EXPECT_NEAR(by_slot(shipped), kFirst, kFirst * kTolerance);
  expect_breaks_between(shipped, kFirst * 0.85, kFirst * 1.1, seconds_at(shipped, kFirst * 1.1), "ollama.slots");
  const BoundAt bound = bound_of(shipped);
  EXPECT_EQ(bound.resource, "docker.cpu");
  EXPECT_NEAR(bound.load, kFirst, kFirst * kSampled);
}

TEST_P(Sutazai, TheSearchFindsTheSlotToo) {
  const Shipped shipped(GetParam(), "saas-mix");
  const Saturated found = first_to_break(shipped);
  EXPECT_EQ(found.limited_by, "resource");
  EXPECT_EQ(found.resource, "ollama.slots");
  EXPECT_NEAR(found.at.value, kFirst, kFirst * 0.06);
  EXPECT_LE(found.at.value, found.bound_at);
  EXPECT_EQ(found.cause.on, "docker.cpu");
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutTier0, Sutazai, testing::Values("sutazai", "sutazai-tier0"),
                         [](const auto& instance) { return std::string(instance.index == 0 ? "Without" : "With"); });

// Four slots wait for the same cores: no more calls are made, and now the cores are what is always full.
TEST(SutazaiVaried, MoreSlotsBringNothing) {
  const Shipped shipped("sutazai", "saas-mix", "resources: {ollama: {OLLAMA_NUM_PARALLEL: 4}}");
  EXPECT_NEAR(by_slot(shipped), kFirst * 4, kFirst * 4 * kTolerance);
  expect_breaks_between(shipped, kFirst * 0.85, kFirst * 1.1, seconds_at(shipped, kFirst * 1.1), "docker.cpu");
  EXPECT_NEAR(bound_of(shipped).load, by_cores(shipped), kFirst * kSampled);
}

TEST(SutazaiVaried, TheCoresAreNextAtNearlyTheSameLoad) {
  const Shipped shipped("sutazai", "saas-mix");
  EXPECT_NEAR(by_cores(shipped), kFirst, kFirst * 0.01);
}

// A model 100 times as fast has calls of 60 ms: its slot would allow load 16.7. But a second of load 1 takes 0.24 s of
// cores for calls (4 threads of 60 ms) and 0.116 s for all else, of 4 cores: load 11.2. The calls get slower by what
// the others take, and so their slot is where the line is.
TEST(SutazaiVaried, AFasterModelIsHeldUpByTheCores) {
  constexpr double kCores = 11.2;
  const Shipped shipped("sutazai", "saas-mix");
  EXPECT_NEAR(by_slot(shipped, kFastModel), kFirst * 100, kFirst);
  EXPECT_NEAR(by_cores(shipped, kFastModel), kCores, kCores * kTolerance);
  expect_breaks_between(shipped, kCores * 0.85, kCores * 1.1, seconds_at(shipped, kCores * 1.1), "ollama.slots",
                        kFastModel);
}

// Twice the cores and a free machine: a call has its 4 threads for itself, and the slot alone counts.
TEST(SutazaiVaried, CoresForOthersLeaveTheSlotAsTheOnlyLimit) {
  Overrides large = kFastModel;
  large["cores"] = "16";
  large["baseline"] = "0%";
  const Shipped shipped("sutazai", "saas-mix");
  const double slot = by_slot(shipped, large);
  ASSERT_GT(by_cores(shipped, large), slot * 2);
  expect_breaks_between(shipped, slot * 0.85, slot * 1.1, seconds_at(shipped, slot * 1.1), "ollama.slots", large);
}

}  // namespace
}  // namespace loadstone::test
