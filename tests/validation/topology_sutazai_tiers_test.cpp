// What breaks first in SutazAI's tiers 1 to 3 under workloads/saas-mix.yaml, from their own numbers, and what its
// containers reserve.
//
// Tier 1: three backends, two of each agent, and still one Ollama on the CPU: 6.0 s a call, one request in 20 of 20 a
//   second: load 0.167, as on one host. Only the cores have room now.
// Tier 2: three GPUs with batches of 8. A call waits for its batch for 50 ms, reads its prompt in 150 ms and writes 210
//   more tokens at 60 a second, 3.7 s; 24 at a time: load 6.49.
// Tier 3: three such regions: load 19.5. The databases' cores do not grow like that, since each applies all writes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"
#include "tests/support/shipped.hpp"

namespace loadstone::test {
namespace {

constexpr double kOneOllama = 0.167;
constexpr double kThreeGpus = 6.49;
constexpr double kNineGpus = 19.46;
constexpr double kTolerance = 0.005;  // of the constants above, which are rounded
constexpr double kSampled = 0.03;     // of the bound, whose mix of requests is drawn

double on_gpus(const Shipped& shipped, const Overrides& overrides = {}) {
  const auto parameter = [&](const char* name) { return shipped.parameter(name, overrides); };
  const double call = parameter("batch_wait") + parameter("gpu_prefill") +
                      (parameter("output_tokens") - 1) / parameter("gpu_decode_rate");
  return parameter("gpu_nodes") * parameter("batch") / call / shipped.arrivals("converse");
}

void expect_breaks_at(const Shipped& shipped, double load, const std::string& first, const Overrides& overrides = {}) {
  const double seconds = 400 / shipped.arrivals("converse") / load;
  const JudgedLoad calm = judged(shipped, load * 0.85, seconds, overrides);
  EXPECT_FALSE(calm.saturated) << calm.first;
  const JudgedLoad broken = judged(shipped, load * 1.15, seconds, overrides);
  EXPECT_TRUE(broken.saturated);
  EXPECT_EQ(broken.first, first);
}

TEST(SutazaiTiers, ThreeNodesBreakWhereOneDid) {
  const Shipped shipped("sutazai-tier1", "saas-mix");
  const double call = shipped.parameter("input_tokens") / shipped.parameter("prefill_rate") +
                      shipped.parameter("output_tokens") / shipped.parameter("decode_rate");
  EXPECT_NEAR(1 / call / shipped.arrivals("converse"), kOneOllama, kOneOllama * kTolerance);
  const BoundAt bound = bound_of(shipped);
  EXPECT_EQ(bound.resource, "ollama.slots");
  EXPECT_NEAR(bound.load, kOneOllama, kOneOllama * kSampled);
  // a call uses 4 threads, and 17 % of 8 cores are taken by others
  EXPECT_NEAR(bound.of.at("docker.cpu"), 8 * 0.83 / (4 * call), 0.01);
  expect_breaks_at(shipped, kOneOllama, "ollama.slots");
}

TEST(SutazaiTiers, ThreeGpusCarryTheirBatches) {
  const Shipped shipped("sutazai-tier2", "saas-mix");
  EXPECT_NEAR(on_gpus(shipped), kThreeGpus, kThreeGpus * kTolerance);
  const BoundAt bound = bound_of(shipped);
  EXPECT_EQ(bound.resource, "ollama.requests");
  EXPECT_NEAR(bound.load, kThreeGpus, kThreeGpus * kSampled);
  expect_breaks_at(shipped, kThreeGpus, "ollama.requests");
}

TEST(SutazaiTiers, BatchesOfSixteenAtTheSameSpeedCarryTwice) {
  const Overrides sixteen{{"batch", "16"}};
  const Shipped shipped("sutazai-tier2", "saas-mix");
  EXPECT_NEAR(on_gpus(shipped, sixteen), 2 * on_gpus(shipped), 1e-9);
  expect_breaks_at(shipped, 2 * kThreeGpus, "ollama.requests", sixteen);
}

TEST(SutazaiTiers, ThreeRegionsCarryThreeTimesTheCalls) {
  const Shipped shipped("sutazai-tier3", "saas-mix");
  EXPECT_NEAR(on_gpus(shipped), kNineGpus, kNineGpus * kTolerance);
  const BoundAt bound = bound_of(shipped);
  EXPECT_EQ(bound.resource, "ollama.requests");
  EXPECT_NEAR(bound.load, kNineGpus, kNineGpus * kSampled);
  expect_breaks_at(shipped, kNineGpus, "ollama.requests");
}

// A second of load 1 has 4 writes of 1 ms of a database's core each. Two more regions apply them too: 8 ms more.
TEST(SutazaiTiers, EachRegionsDatabaseAppliesAllWrites) {
  const BoundAt one = bound_of(Shipped("sutazai-tier2", "saas-mix"));
  const BoundAt three = bound_of(Shipped("sutazai-tier3", "saas-mix"));
  const double one_region = 8 / one.of.at("docker.cpu");
  const double all = 24 / three.of.at("docker.cpu");
  EXPECT_NEAR(all - one_region, 0.008, 0.008 * 0.2);  // and what the pooler adds for them
  EXPECT_LT(three.of.at("docker.cpu"), 2 * one.of.at("docker.cpu"));
}

// 512 + 256 + 1,024 + 512 MiB for databases and queues, 1,024 + 512 for backend and frontend, 2,048 for Ollama,
// 7 x 256 for agents, 1,792 for monitoring, 1,280 for vectors: 10.5 GiB, and 5 x 128 MiB for those not listed.
TEST(SutazaiMemory, IsTheSumOfTwentyEightReservations) {
  const CommandResult result =
      loadstone({"run", source_dir() + "/topologies/sutazai.yaml", source_dir() + "/workloads/sutazai-baseline.yaml",
                 "--json", "--replications", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto memory = nlohmann::json::parse(result.out)["resources"]["memory"];
  constexpr double kMiB = 1024 * 1024;
  EXPECT_DOUBLE_EQ(memory["in_use"]["value"].get<double>(), (10.5 * 1024 + 5 * 128) * kMiB);
  EXPECT_FALSE(memory["saturated"]);
}

}  // namespace
}  // namespace loadstone::test
