// Money is counted as fidelity 12 says (docs/reference/fidelity.md, section cost).
#include <gtest/gtest.h>

#include "sim/experiment/compare.hpp"
#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// Three droplets of 24 dollars and a database of 30: 102 a month, whatever they carry.
TEST(FidelityCost, Behaviour1WhatIsRentedCostsTheSameUnderAnyLoad) {
  const auto m = model(
      "topology: t\nhosts:\n  droplet: {cores: 2, count: 3, price: $24/month}\nresources:\n"
      "  web: {kind: service, host: droplet, instances: 3}\n  db: {kind: postgres, cores: 1, price: $30/month}\n"
      "  pool: {kind: connection_pool, driver: asyncpg, server: db}\nflows:\n" +
          flows_named({"go"}, "{query: {pool: pool, cpu: 1ms}}", "service: web, "),
      arrivals_at({{.count = 1000, .every = "100ms"}}, "100s"));
  EXPECT_DOUBLE_EQ(fixed_cost(m.topology, m.model).fixed_usd_month, 3 * 24 + 30);
  for (const double load : {1.0, 5.0}) {
    EXPECT_DOUBLE_EQ(variable_usd_month(m.topology, m.model, run(m, 1, 1, load)), 0);
  }
}

// Dollars of a call of 1155 and 211 tokens, in 10^-9: 0.003465 for the prompt at 3 a million, 0.003165 for the answer
// at 15.
constexpr Int128 kNanoUsdOfACall = 3'465'000 + 3'165'000;

// So many calls that are answered after 1 s, and so many after 3 s, when their client has given up at 2 s. It tries
// once more.
SeenRun calls(int good, int slow) {
  std::vector<Arrivals> arrivals{{.count = good, .every = "10ms"}};
  if (slow > 0) {
    arrivals.push_back({.flow = "slow", .count = slow, .every = "10ms"});
  }
  return SeenRun(
      "topology: t\nresources:\n  ai: {kind: llm, ttft: 1s, itl: 0s, timeout: 2, max_retries: 1, price: {input: $3/M, "
      "output: $15/M}, models: {slow: {ttft: 3s}}}\nflows:\n" +
          flows_named({"go"}, "{llm: {provider: ai, input_tokens: 1155, output_tokens: 211}}") +
          flows_named({"slow"}, "{llm: {provider: ai, model: slow, input_tokens: 1155, output_tokens: 211}}"),
      arrivals);
}

// 34.65 + 31.65 = 66.30 dollars.
TEST(FidelityCost, Behaviour2TenThousandCallsCostSixtySixDollars) {
  const SeenRun seen = calls(10'000, 0);
  EXPECT_EQ(seen.completed(), 10'000u);
  EXPECT_EQ(seen.o.spent_nano_usd, Int128{66'300'000'000});
}

// 2,000 of 10,000 are given up when all of the answer is generated, and once more: 12,000 answers are paid, a fifth
// more.
TEST(FidelityCost, Behaviour3WhatIsGivenUpAndTriedAgainIsPaidTwice) {
  const SeenRun seen = calls(8000, 2000);
  EXPECT_EQ(seen.failed("llm_timeout", "slow"), 2000u);
  EXPECT_EQ(seen.o.spent_nano_usd, 12'000 * kNanoUsdOfACall);
  EXPECT_EQ(seen.o.spent_nano_usd * 10, Int128{66'300'000'000} * 12);
}

// Ten instances at their target until 60 s; two from 360 s on, of 400 s: 9.2 on average, at 30 dollars a month each.
TEST(FidelityCost, Behaviour4AnAutoscaledServiceCostsItsMeanNumberOfInstances) {
  const auto m = model(
      "topology: t\nresources:\n  web: {kind: service, instances: 10, price: $30/month}\n"
      "  hpa: {kind: autoscaler, target: web, minReplicas: 2, maxReplicas: 10, averageUtilization: 50}\nflows:\n" +
          flows_named({"go"}, "{cpu: 50ms}", "service: web, "),
      arrivals_at({{.count = 6000, .every = "10ms"}}, "400s"));
  EXPECT_DOUBLE_EQ(fixed_cost(m.topology, m.model).fixed_usd_month, 2 * 30);
  EXPECT_NEAR(variable_usd_month(m.topology, m.model, run(m, 1, 1)), (9.2 - 2) * 30, 1e-9);
}

// A dollar for each booking, of which 0.80 with the good model, at 0.30 a call. The third call begins at 0.60 and ends
// at 0.90; the fourth is made with the cheap one, at 0.03. Another booking is not concerned.
TEST(FidelityCost, Behaviour5TheFirstCallAfterTheSoftLimitUsesTheCheapModel) {
  const SeenRun seen(
      "topology: t\npopulations: {booking: {count: 9}}\nresources:\n"
      "  budget: {kind: account, unit: usd, capacity: $1, soft: $0.8, per: booking}\n"
      "  ai: {kind: llm, ttft: 1s, itl: 0s, price: {input: $1/M, output: $1/M}, models: {cheap: {ttft: 2s, price: "
      "{input: $0.1/M, output: $0.1/M}}}}\nflows:\n" +
          flows_named({"go", "fourth", "other"},
                      "{llm: {provider: ai, input_tokens: 200000, output_tokens: 100000, charge: budget, soft_model: "
                      "cheap}}"),
      {{.count = 3, .attributes = "booking: integer(1; 1)", .every = "10s"},
       {.flow = "fourth", .at = "30s", .attributes = "booking: integer(1; 1)"},
       {.flow = "other", .at = "40s", .attributes = "booking: integer(2; 2)"}});
  EXPECT_EQ(seen.max_ms(), 1000);
  EXPECT_EQ(seen.max_ms("fourth"), 2000);
  EXPECT_EQ(seen.max_ms("other"), 1000);
  EXPECT_EQ(seen.totals("budget").in_use, 930'000'000 + 300'000'000);
}

}  // namespace
}  // namespace loadstone::test
