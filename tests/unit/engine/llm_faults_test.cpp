// Faults of language models, a provider's and one's own. Instants by hand.
#include <gtest/gtest.h>

#include "tests/unit/engine/faulty_run.hpp"

namespace loadstone::test {
namespace {

// One call of 50 tokens in and 10 out; `more`: what stands before resources.
std::string calling(const std::string& keys, const std::string& more = "") {
  return more + "resources: {ai: {kind: llm, " + keys +
         "}}\nflows: {go: {steps: [{llm: {provider: ai, input_tokens: 50, output_tokens: 10}}]}}\n";
}

const std::string kHosted = "ttft: 1s, itl: 0s";

TEST(LlmFaults, AProviderThatIsDownFailsEachAttempt) {
  const SeenRun run = faulty(calling(kHosted + ", max_retries: 0"), {{.count = 4, .every = "1s"}},
                             "{at: 1s, for: 2s, target: ai, is: down}");
  EXPECT_EQ(run.failed("unavailable"), 2u);
  EXPECT_EQ(run.failed_after_ms(), 0);
  EXPECT_EQ(run.completed(), 2u);
}

// The SDK tries again after 0.375 to 0.5 s, and after 0.75 to 1 s more: that is in time if it lasts 300 ms, and not if
// it lasts 2 s.
TEST(LlmFaults, TheSdkTriesAgain) {
  for (const std::string is : {"down", "errors(100%)"}) {
    const auto run = [&](const std::string& lasts) {
      return faulty(calling(kHosted), {{}}, "{at: 0s, for: " + lasts + ", target: ai, is: " + is + "}");
    };
    const SeenRun in_time = run("300ms");
    EXPECT_EQ(in_time.completed(), 1u);
    EXPECT_GE(in_time.flow("go").latency.min(), 1375 * kNsOfMs);
    EXPECT_LE(in_time.flow("go").latency.max(), 1500 * kNsOfMs);
    EXPECT_EQ(run("2s").completed(), 0u);
    EXPECT_EQ(run("2s").flow("go").run.failed, 1u);
  }
}

// Each attempt draws for itself: of 1000 calls with one retry a quarter fails, 250 with a deviation of 13.7.
TEST(LlmFaults, EachAttemptDrawsForItselfWhetherItFails) {
  const SeenRun run = faulty(calling(kHosted + ", max_retries: 1"), {{.count = 1000, .every = "100ms"}},
                             "{at: 0s, target: ai, is: errors(50%)}");
  EXPECT_GT(run.failed("server_error"), 195u);
  EXPECT_LT(run.failed("server_error"), 305u);
  EXPECT_EQ(run.completed(), 1000 - run.failed("server_error"));
}

// A call that is under way is lost; its retry, after 0.375 to 0.5 s, finds the provider down, the last one, after 0.75
// to 1 s more, does not.
TEST(LlmFaults, ACallUnderWayIsLostAndTriedAgain) {
  const SeenRun run = faulty(calling(kHosted), {{}}, "{at: 500ms, for: 600ms, target: ai, is: killed}");
  EXPECT_EQ(run.completed(), 1u);
  EXPECT_GE(run.flow("go").latency.min(), (500 + 375 + 750 + 1000) * kNsOfMs);
  EXPECT_LE(run.flow("go").latency.max(), (500 + 500 + 1000 + 1000) * kNsOfMs);
  EXPECT_EQ(run.totals("ai.requests").in_use, 0);
}

// No answer: the SDK's timeout ends the wait, and nothing was generated.
TEST(LlmFaults, APartitionLastsToTheTimeout) {
  const SeenRun run = faulty(calling(kHosted + ", timeout: 5, max_retries: 0, price: {input: $1/M, output: $1/M}"),
                             {{}}, "{at: 0s, for: 60s, target: ai, is: partition}");
  EXPECT_EQ(run.failed("llm_timeout"), 1u);
  EXPECT_EQ(run.failed_after_ms(), 5000);
  EXPECT_EQ(run.totals("ai.requests").arrivals, 0u);
}

// Each takes 100 ms at its own speed. Half of it is done at 50 ms, the rest takes twice as long: 150 ms. vLLM's
// step goes by the speed at each instant: ten steps of 10 ms, five of them slow.
TEST(LlmFaults, SlowReachesEveryEngine) {
  const auto took = [](const std::string& keys, const std::string& more = "") {
    const SeenRun run = faulty(calling(keys, more), {{}}, "{at: 50ms, for: 10s, target: ai, is: slow(x2)}");
    return run.max_ms();
  };
  EXPECT_EQ(took("ttft: 100ms, itl: 0s"), 150);
  EXPECT_EQ(took("engine: vllm, step_time: 10ms"), 150);
  EXPECT_EQ(took("engine: batch, batch_time: 100ms, max_batch_size: 4"), 150);
  // 50 / 1000 s for the prompt and 10 / 200 s for the answer
  EXPECT_EQ(took("engine: ollama, host: box, prefill_rate: 1000/s, decode_rate: 200/s", "hosts: {box: {cores: 4}}\n"),
            150);
}

TEST(LlmFaults, ADeathEndsTheCallsOfEveryEngine) {
  const auto lost = [](const std::string& keys, const std::string& more = "") {
    const SeenRun run = faulty(calling(keys + ", max_retries: 0", more), {{.count = 3}, {.at = "10s"}},
                               "{at: 50ms, for: 1s, target: ai, is: killed}");
    EXPECT_EQ(run.failed_after_ms(), 50) << keys;
    EXPECT_EQ(run.completed(), 1u) << keys;
    return run.failed("connection_lost");
  };
  EXPECT_EQ(lost("ttft: 100ms, itl: 0s"), 3u);
  EXPECT_EQ(lost("engine: vllm, step_time: 10ms, max_num_seqs: 2"), 3u);
  EXPECT_EQ(lost("engine: batch, batch_time: 100ms, max_batch_size: 2"), 3u);
  EXPECT_EQ(lost("engine: ollama, host: box, prefill_rate: 1000/s, decode_rate: 200/s", "hosts: {box: {cores: 4}}\n"),
            3u);
}

// A model that was in memory is loaded again, 10 s.
TEST(LlmFaults, OfAnOllamaUnloadItsModels) {
  const auto took = [](const std::string& is) {
    const SeenRun run = faulty(
        "hosts: {box: {cores: 4}}\nresources: {ai: {kind: llm, engine: ollama, host: box, prefill_rate: 100/s, "
        "decode_rate: 20/s, models: {small: {load_time: 10s}}}}\nflows:\n" +
            flows_named({"first", "go"}, "{llm: {provider: ai, model: small, input_tokens: 50, output_tokens: 10}}"),
        {{.flow = "first"}, {.at = "20s"}}, "{at: 15s, for: 1s, target: ai, is: " + is + "}");
    return run.max_ms();
  };
  EXPECT_EQ(took("down"), 1000);
  EXPECT_EQ(took("restart"), 11'000);
}

// Half of the 10 s of loading is done at 5 s, the other half takes 10 s; then 1 s of work takes 2 s.
TEST(LlmFaults, SlowReachesTheLoadingOfAModel) {
  const SeenRun run = faulty(
      "hosts: {box: {cores: 4}}\nresources: {ai: {kind: llm, engine: ollama, host: box, prefill_rate: 100/s, "
      "decode_rate: 20/s, models: {small: {load_time: 10s}}}}\nflows:\n" +
          flows_named({"go"}, "{llm: {provider: ai, model: small, input_tokens: 50, output_tokens: 10}}"),
      {{}}, "{at: 5s, for: 100s, target: ai, is: slow(x2)}");
  EXPECT_EQ(run.max_ms(), 17'000);
}

}  // namespace
}  // namespace loadstone::test
