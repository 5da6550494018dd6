// "What to scale first" is right: in each of the five systems, more of what the tool names first carries more, by more
// than the paired 95 % interval; more of what is not on its chain changes nothing, and that is known to 2 %.
#include <gtest/gtest.h>

#include "sim/stats/estimate.hpp"
#include "tests/support/shipped.hpp"

namespace loadstone::test {
namespace {

struct System {
  const char* topology;
  const char* first;   // what the tool names
  const char* relief;  // more of it, or of what it waits for
  const char* beside;  // more of something that is not on the chain
};

const System kSystems[] = {
    {"ratiba", "jobs", "resources: {worker: {instances: 2}}", "params: {db_pool_size: 40}"},
    {"rithmxo", "llm.tpm", "resources: {llm: {tpm: 6000000}}", "params: {pool_size: 40}"},
    {"construction", "vertical.loop", "{resources: {vertical: {workers: 4}}, hosts: {vertical_droplet: {cores: 4}}}",
     "params: {db_pool_size: 40}"},
    {"sutazai", "ollama.slots", "params: {prefill_rate: 3200/s, decode_rate: 80/s}",
     "resources: {postgres: {max_connections: 200}}"},
    {"ai-service", "db", "params: {max_overflow: 50}", "resources: {llm: {tpm: 8000000}}"},
};

void PrintTo(const System& system, std::ostream* out) {
  *out << system.topology;
}

Saturated found(const System& system, const char* overlay) {
  return first_to_break(Shipped(system.topology, "saas-mix", overlay));
}

// How much more `more` carries, replication by replication: both see the same requests.
Estimate gain(const Saturated& more, const Saturated& base) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < base.by_replication.size(); ++i) {
    differences.push_back(more.by_replication.at(i) - base.by_replication[i]);
  }
  return estimate_mean(differences);
}

class ScaleFirst : public testing::TestWithParam<System> {};

TEST_P(ScaleFirst, MoreOfTheFirstCarriesMoreAndMoreOfAnotherNothing) {
  const System& system = GetParam();
  const Saturated base = found(system, "");
  ASSERT_EQ(base.resource, system.first);
  ASSERT_GE(base.by_replication.size(), 2U);

  const Estimate relieved = gain(found(system, system.relief), base);
  ASSERT_TRUE(relieved.ci) << relieved.why;
  EXPECT_GT(relieved.ci->lo, 0) << system.relief;

  const Estimate beside = gain(found(system, system.beside), base);
  ASSERT_TRUE(beside.ci) << beside.why;
  EXPECT_LE(beside.ci->lo, 0) << system.beside;
  EXPECT_GE(beside.ci->hi, 0) << system.beside;
  EXPECT_LT(beside.ci->width(), 0.02 * base.at.value) << system.beside;
}

INSTANTIATE_TEST_SUITE_P(Systems, ScaleFirst, testing::ValuesIn(kSystems));

}  // namespace
}  // namespace loadstone::test
