// Language models behave as fidelity 6 says (docs/reference/fidelity.md, section llm).
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

std::string hosted(const std::string& keys, const std::string& call) {
  return "topology: t\nresources:\n  ai: {kind: llm, ttft: 0s, " + keys + "}\nflows:\n" +
         flows_named({"go", "later"}, "{llm: {provider: ai, " + call + "}}");
}

// 60,000 tokens at first, 1,000 a second, 1,000 taken every 500 ms: before request i there are 60,000 - 500 i, enough
// for requests 0 .. 118. From then on every second one finds 1,000: 120, 122, .. , at whole seconds.
TEST(FidelityLlm, Behaviour1TheBucketDrainsAndThenAdmitsItsRate) {
  const SeenRun seen(
      hosted("itl: 0s, tpm: 60000, max_retries: 0", "input_tokens: 900, output_tokens: 100"),
      {{.count = 119, .every = "500ms"}, {.flow = "later", .at = "59500ms", .count = 241, .every = "500ms"}});
  EXPECT_EQ(seen.completed(), 119u);
  EXPECT_EQ(seen.completed("later"), 120u);
  EXPECT_EQ(seen.failed("rate_limited_429", "later"), 121u);
}

// The 61st at one instant is told what is missing / rate: 1,000 tokens at 1,000 a second. It comes back then.
TEST(FidelityLlm, Behaviour1RetryAfterIsWhatIsMissingOverTheRate) {
  const SeenRun seen(hosted("itl: 0s, tpm: 60000, max_retries: 1", "input_tokens: 900, output_tokens: 100"),
                     {{.count = 61}});
  EXPECT_EQ(seen.completed(), 61u);
  EXPECT_EQ(seen.max_ms(), 1000);
  EXPECT_EQ(seen.sum_ms(), 1000);
}

// 100 + 1,900 of 60,000 tokens let 30 pass at once; with half the max_tokens (100 + 900) it is twice as many.
TEST(FidelityLlm, Behaviour1HalvingMaxTokensAdmitsTwiceAsMany) {
  for (const auto& [max_tokens, admitted] : {std::pair{"1900", 30u}, std::pair{"900", 60u}}) {
    const SeenRun seen(hosted("itl: 0s, tpm: 60000, max_retries: 0, max_tokens: " + std::string(max_tokens),
                              "input_tokens: 100, output_tokens: 7"),
                       {{.count = 100}});
    EXPECT_EQ(seen.completed(), admitted);
  }
}

// --- ollama -------------------------------------------------------------------------------------------------------

// A model that takes 10 s to load; a call of 50 and 10 tokens takes 0.5 + 0.5 s.
const char* const kOllama =
    "topology: t\nhosts: {box: {cores: 4}}\nresources:\n  ai: {kind: llm, engine: ollama, host: box, "
    "prefill_rate: 100/s, decode_rate: 20/s, load_time: 10s}\nflows:\n";

std::string ollama() {
  return kOllama + flows_named({"go", "first"}, "{llm: {provider: ai, input_tokens: 50, output_tokens: 10}}");
}

// In memory since 10 s: 600 at once are all taken, one after the other, however long the line.
TEST(FidelityLlm, Behaviour2ALoadedModelRefusesNobodyAndServesOneByOne) {
  const SeenRun seen(ollama(), {{.flow = "first"}, {.at = "20s", .count = 600}});
  EXPECT_EQ(seen.completed(), 600u);
  EXPECT_EQ(seen.sum_ms(), 1000 * 600 * 601 / 2);
  EXPECT_EQ(seen.max_ms(), 600'000);
  EXPECT_EQ(seen.totals("ai.loader").arrivals, 1u);  // the first, which loaded it
}

// Not in memory: one is looked at, 512 wait behind it, 87 are turned away at once. Then they go one after the other.
TEST(FidelityLlm, Behaviour2WhileItLoadsFiveHundredAndTwelveWaitAndTheOthersAreRefused) {
  const SeenRun seen(ollama(), {{.count = 600}});
  EXPECT_EQ(seen.completed(), 513u);
  EXPECT_EQ(seen.failed("server_busy"), 87u);
  EXPECT_EQ(seen.failed_after_ms(), 0);
  EXPECT_EQ(seen.sum_ms(), 10'000 * 513 + 1000 * 513 * 514 / 2);
}

// --- vllm ---------------------------------------------------------------------------------------------------------

std::string vllm(const std::string& keys, const std::string& flows) {
  return "topology: t\nresources:\n  ai: {kind: llm, engine: vllm, step_time: 10ms, " + keys + "}\nflows:\n" + flows;
}

std::string generates(const std::string& flow, int prompt, int output) {
  return flows_named({flow}, "{llm: {provider: ai, input_tokens: " + std::to_string(prompt) +
                                 ", output_tokens: " + std::to_string(output) + "}}");
}

// Five tokens are five steps. Four run from 0 to 50 ms, the other four from then to 100 ms.
TEST(FidelityLlm, Behaviour3FourRunAndFourWait) {
  const SeenRun seen(vllm("max_num_seqs: 4", generates("go", 10, 5)), {{.count = 8}});
  EXPECT_EQ(seen.sum_ms(), 4 * 50 + 4 * 100);
  EXPECT_EQ(whole_ms(seen.totals("ai.requests").waiting_area), 4 * 50);
  EXPECT_EQ(seen.used_ms("ai.requests"), 8 * 50);
}

// One of the four has two tokens: the fifth takes its place at 20 ms, and has five until 70 ms.
TEST(FidelityLlm, Behaviour3TheNextStartsAtTheStepAfterAnEnd) {
  const SeenRun seen(vllm("max_num_seqs: 4", generates("short", 10, 2) + generates("go", 10, 5)),
                     {{.flow = "short"}, {.count = 4}});
  EXPECT_EQ(seen.max_ms("short"), 20);
  EXPECT_EQ(seen.sum_ms(), 3 * 50 + 70);
}

// Memory for 30 tokens, three prompts of 9: 27 after the first step, 30 after the second. In the third the first needs
// one more: the newest, "c", is put back, with 9 + 2 tokens to compute again. "a" and "b" have their five at 50 ms.
// "d", which came later, needs 25: it does not overtake "c", which has its tokens 3 to 5 in steps six to
// eight.
TEST(FidelityLlm, Behaviour3TheNewestIsPutBackFirstInLineWhenMemoryIsFull) {
  const SeenRun seen(
      vllm("kv_tokens: 30", generates("a", 9, 5) + generates("b", 9, 5) + generates("c", 9, 5) + generates("d", 25, 1)),
      {{.flow = "a"}, {.flow = "b"}, {.flow = "c"}, {.flow = "d", .at = "5ms"}});
  EXPECT_EQ(seen.max_ms("a"), 50);
  EXPECT_EQ(seen.max_ms("b"), 50);
  EXPECT_EQ(seen.max_ms("c"), 80);
  EXPECT_EQ(seen.max_ms("d"), 90 - 5);
  EXPECT_EQ(seen.o.marks[0], 1u);  // put back once
}

// --- the SDK, money, lengths --------------------------------------------------------------------------------------

// More tokens than the bucket ever holds: 429 without a retry-after. The first pause is 0.5 s x (0.75 to 1), the second
// 1 s x (0.75 to 1); two retries are the SDK's own default. One retry shows the first pause alone.
TEST(FidelityLlm, Behaviour4TheSdkMakesThreeAttempts) {
  const auto failing = [](const std::string& keys) {
    return SeenRun(model(hosted("itl: 0s, tpm: 1000" + keys, "input_tokens: 5000, output_tokens: 1"),
                         arrivals_at({{.count = 200, .every = "1s"}})));
  };
  const SeenRun seen = failing("");
  EXPECT_EQ(seen.failed("rate_limited_429"), 200u);
  EXPECT_EQ(seen.totals("ai.tpm").arrivals, 600u);
  EXPECT_GE(seen.flow("go").failure.min(), 375'000'000 + 750'000'000);
  EXPECT_LE(seen.flow("go").failure.max(), 500'000'000 + 1'000'000'000);
  const SeenRun once = failing(", max_retries: 1");
  EXPECT_EQ(once.totals("ai.tpm").arrivals, 400u);
  EXPECT_GE(once.flow("go").failure.min(), 375'000'000);
  EXPECT_LE(once.flow("go").failure.max(), 500'000'000);
  EXPECT_GT(once.flow("go").failure.max() - once.flow("go").failure.min(), 100'000'000);  // 200 of them spread
}

// A budget of a dollar and five calls of 0.30 at once: 0.20 for the prompt, 0.10 for the answer. The check sees what
// has been spent before, nothing: all are made, for 1.50.
TEST(FidelityLlm, Behaviour5ParallelCallsOverdrawABudget) {
  const auto spending = [](const std::string& keys) {
    return SeenRun(
        "topology: t\nresources:\n  budget: {kind: account, unit: usd, capacity: $1}\n"
        "  ai: {kind: llm, ttft: 1s, itl: 0s, price: {input: $1/M, output: $1/M}}\nflows:\n" +
            flows_named({"go"},
                        "{llm: {provider: ai, input_tokens: 200000, output_tokens: 100000, "
                        "max_tokens: 100000, charge: budget" +
                            keys + "}}"),
        {{.count = 5}, {.at = "5s"}});
  };
  const SeenRun checked = spending("");
  EXPECT_EQ(checked.completed(), 5u);
  EXPECT_EQ(checked.failed("budget_exceeded"), 1u);  // the sixth
  EXPECT_EQ(checked.totals("budget").in_use, 1'500'000'000);
  const SeenRun reserved = spending(", reserve: true");
  EXPECT_EQ(reserved.completed(), 3u);
  EXPECT_EQ(reserved.failed("budget_exceeded"), 3u);
  EXPECT_EQ(reserved.totals("budget").in_use, 900'000'000);
}

// 1,000 answers whose lengths have the published mean and quantiles of the conversation trace: 450 of 61 tokens, 50 of
// 129 (p50), 350 of 293, 50 of 424 (p90), 50 of 451 (p95), 40 of 601 (p99), 9 of 640, one of 1,000. The sum is
// 27,450 + 6,450 + 102,550 + 21,200 + 22,550 + 24,040 + 5,760 + 1,000 = 211,000, the mean 211. At 20 ms after the first
// token: mean 210 x 20 ms = 4.2 s, p99 600 x 20 ms = 12 s.
TEST(FidelityLlm, Behaviour6ConversationsDecodeFourSecondsAndTwelveInTheTail) {
  std::vector<Arrivals> arrivals;
  for (const auto& [count, tokens] :
       {std::pair{450, 61}, {50, 129}, {350, 293}, {50, 424}, {50, 451}, {40, 601}, {9, 640}, {1, 1000}}) {
    const std::string text = std::to_string(tokens);
    arrivals.push_back({.count = count, .attributes = "out: integer(" + text + "; " + text + ")", .every = "1s"});
  }
  const SeenRun seen(hosted("itl: 20ms", "input_tokens: 1155, output_tokens: $request.out"), arrivals);
  EXPECT_EQ(seen.completed(), 1000u);
  EXPECT_EQ(seen.sum_ms(), 1000 * 4200);
  EXPECT_NEAR(static_cast<double>(seen.flow("go").latency.quantile(0.99)), 12e9, 0.12e9);
}

}  // namespace
}  // namespace loadstone::test
