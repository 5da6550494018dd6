// Same inputs and seed, same bits: run after run, whatever the number of threads and the instructions of the processor.
#include <gtest/gtest.h>

#include "tests/support/command.hpp"
#include "tests/support/random_model.hpp"

namespace loadstone::test {
namespace {

// Every family of distributions, so that a last bit that differs anywhere would show.
constexpr const char* kTopology = R"(
topology: laws
resources:
  a: {kind: station, servers: 3, service: lognormal(mean=20ms; cv=1.5), discipline: random}
  b: {kind: station, servers: 2, service: gamma(mean=9ms; cv=0.7)}
  c: {kind: station, servers: 2, service: weibull(mean=9ms; shape=0.8), discipline: processor_sharing}
  d: {kind: station, servers: 2, service: hyperexponential(mean=9ms; cv=2), patience: exponential(50ms)}
flows:
  serve:
    steps:
      - visit: a
      - parallel: {branches: [[{visit: b}], [{visit: c}]]}
      - visit: d
        retry: {max: 2, base: pareto(min=1ms; alpha=1.5; max=1s), jitter: equal}
        on_error: {any: [{mark: gave_up}]}
)";
constexpr const char* kWorkload = R"(
workload: laws
warmup: 5s
scenarios: {load: {executor: constant-arrival-rate, exec: serve, arrival: gamma(cv=1.5), rate: 90/s, duration: 60s}}
)";

class Determinism : public testing::Test {
 protected:
  std::string json(std::vector<std::string> more = {}, const CommandOptions& options = {}) {
    std::vector<std::string> arguments{"run", topology_, workload_, "--json", "--replications", "4"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const CommandResult result = loadstone(arguments, options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_GT(result.out.size(), 1000U);
    return result.out;
  }

  std::string topology_ = file("laws.yaml", kTopology);
  std::string workload_ = file("laws-load.yaml", kWorkload);
};

TEST_F(Determinism, TheSameSeedGivesTheSameBytes) {
  EXPECT_EQ(json(), json());
}

TEST_F(Determinism, OneThreadAndTwoAndSevenGiveTheSameBytes) {
  const std::string one = json({"--threads", "1"});
  EXPECT_EQ(one, json({"--threads", "2"}));
  EXPECT_EQ(one, json({"--threads", "7"}));
}

// Two searches run side by side and share the threads.
TEST_F(Determinism, ComparingGivesTheSameBytesForAnyNumberOfThreads) {
  const auto desk = [](const std::string& name, const std::string& servers) {
    return file(name + ".yaml", "topology: " + name + "\nresources:\n  desk: {kind: station, servers: " + servers +
                                    ", service: exponential(10ms)}\nflows: {serve: {steps: [{visit: desk}]}}\n");
  };
  const std::string small = desk("small", "1");
  const std::string large = desk("large", "3");
  const auto compare = [&](const std::string& threads) {
    const CommandResult result =
        loadstone({"compare", small, large, workload_, "--json", "--replications", "3", "--threads", threads});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_GT(result.out.size(), 500U);
    return result.out;
  };
  const std::string one = compare("1");
  EXPECT_EQ(one, compare("2"));
  EXPECT_EQ(one, compare("7"));
}

TEST_F(Determinism, AnotherSeedGivesOthers) {
  EXPECT_NE(json({"--seed", "1"}), json({"--seed", "2"}));
}

TEST_F(Determinism, AProcessorWithoutFmaGivesTheSameBytes) {
  EXPECT_EQ(json(), json({}, {.environment = {"GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2"}, .out_to = ""}));
}

TEST_F(Determinism, ALocaleAndATimeZoneChangeNothing) {
  EXPECT_EQ(json(), json({}, {.environment = {"LC_ALL=de_DE.UTF-8", "TZ=Asia/Tokyo"}, .out_to = ""}));
}

TEST_F(Determinism, RandomModelsGiveTheSameBytesOnOneThreadAndTwo) {
  for (std::uint64_t number = 1000; number < 1005; ++number) {
    const RandomModel random = random_model(number);
    topology_ = file("random.yaml", random.topology);
    workload_ = file("random-load.yaml", random.workload);
    EXPECT_EQ(json({"--threads", "1"}), json({"--threads", "2"})) << "model " << number;
  }
}

}  // namespace
}  // namespace loadstone::test
