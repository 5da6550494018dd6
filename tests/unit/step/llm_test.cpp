#include <gtest/gtest.h>

#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

// Tokens may be the request's own: 3 + 1 tokens at 1 s each after a first token at 0.
TEST(LlmStep, TakesItsTokensFromTheRequest) {
  const auto m = model(
      "topology: t\npopulations: {turn: {count: 10}}\nresources: {ai: {kind: llm, ttft: 0s, itl: 1s}}\n"
      "flows: {go: {steps: [{llm: {provider: ai, input_tokens: $request.turn, output_tokens: $request.turn}}]}}\n",
      arrivals_at({{.attributes = "turn: integer(4; 4)"}}));
  EXPECT_EQ(run_once(m).flows[0].latency.max(), 3'000'000'000);
}

TEST(LlmStep, CanBeRetriedAndHandledAsAnyStep) {
  const auto m = model(
      "topology: t\nresources: {ai: {kind: llm, ttft: 1s, itl: 0s, tpm: 60, max_retries: 0}}\n"
      "flows: {go: {steps: [{llm: {provider: ai, input_tokens: 500, output_tokens: 1}, on_error: {rate_limited_429: "
      "[{mark: "
      "limited}]}}]}}\n",
      arrivals_at({{}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].run.completed, 1u);
  EXPECT_EQ(o.marks[0], 1u);
}

TEST(LlmStep, NeedsALanguageModel) {
  EXPECT_NE(
      errors_of("topology: t\nresources: {s: {kind: semaphore, size: 1}}\nflows: {go: {steps: [{llm: {provider: s, "
                "input_tokens: 1, output_tokens: 1}}]}}\n",
                arrivals_at({{}}))
          .find("which cannot generate text"),
      std::string::npos);
}

TEST(LlmStep, ChargesOnlyAnAccountOfDollars) {
  EXPECT_NE(
      errors_of("topology: t\nresources: {rows: {kind: account}, ai: {kind: llm, ttft: 1s, itl: 0s}}\nflows: {go: "
                "{steps: [{llm: {provider: ai, input_tokens: 1, output_tokens: 1, charge: rows}}]}}\n",
                arrivals_at({{}}))
          .find("'unit: usd'"),
      std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
