// Language models on servers of one's own: vLLM's steps, fixed batches.
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// --- vllm ---------------------------------------------------------------------------------------------------------

std::string vllm(const std::string& keys, const std::string& flows) {
  return "topology: t\nresources:\n  ai: {kind: llm, engine: vllm, " + keys + "}\nflows:\n" + flows;
}

std::string generates(const std::string& flow, int prompt, int output) {
  return flows_named({flow}, "{llm: {provider: ai, input_tokens: " + std::to_string(prompt) +
                                 ", output_tokens: " + std::to_string(output) + "}}");
}

// A prompt of 25 in pieces of 10, 10 and 5: 20 + 20 + 15 ms to the first token, then 12 ms for each of two.
TEST(Vllm, ComputesALongPromptInPieces) {
  const SeenRun seen(
      vllm("step_time: 10ms, prefill_time: 1ms, decode_time: 2ms, max_num_batched_tokens: 10", generates("go", 25, 3)),
      {{}});
  EXPECT_EQ(seen.max_ms(), 55 + 24);
}

// The first step has a's prompt of 4 and 6 of b's 15: 20 ms. The second a token of "a", before the other 9 of b:
// 10 + 2 + 9 ms. In the third both get a token, 14 ms: a its third, b its second.
TEST(Vllm, GivesTokensToThoseWhoRunBeforePrompts) {
  const SeenRun seen(vllm("step_time: 10ms, prefill_time: 1ms, decode_time: 2ms, max_num_batched_tokens: 10",
                          generates("a", 4, 3) + generates("b", 15, 2)),
                     {{.flow = "a"}, {.flow = "b"}});
  EXPECT_EQ(seen.max_ms("a"), 20 + 21 + 14);
  EXPECT_EQ(seen.max_ms("b"), 20 + 21 + 14);
}

// A step of 10 ms is under way: who comes at 5 ms, or at the instant at which it ends, starts at 10 ms.
TEST(Vllm, LetsNewcomersInBetweenSteps) {
  const SeenRun seen(vllm("step_time: 10ms", generates("a", 1, 3) + generates("b", 1, 1) + generates("c", 1, 1)),
                     {{.flow = "a"}, {.flow = "b", .at = "5ms"}, {.flow = "c", .at = "10ms"}});
  EXPECT_EQ(seen.max_ms("a"), 30);
  EXPECT_EQ(seen.max_ms("b"), 15);
  EXPECT_EQ(seen.max_ms("c"), 10);
}

// Tokens in memory make a step longer: 5 after the first step, then 6 and 7.
TEST(Vllm, TakesLongerTheMoreIsInMemory) {
  const SeenRun seen(vllm("step_time: 10ms, kv_time: 1ms", generates("go", 5, 3)), {{}});
  EXPECT_EQ(seen.max_ms(), 15 + 16 + 17);
}

// Memory for 10 tokens can hold 7 and 3 more without the last; an answer of five cannot be.
TEST(Vllm, RefusesWhatMemoryCanNeverHold) {
  const SeenRun seen(vllm("step_time: 10ms, kv_tokens: 10", generates("a", 7, 4) + generates("b", 7, 5)),
                     {{.flow = "a"}, {.flow = "b", .at = "1s"}});
  EXPECT_EQ(seen.max_ms("a"), 40);
  EXPECT_EQ(seen.failed("context_too_long", "b"), 1u);
  EXPECT_EQ(seen.failed_after_ms("b"), 0);
}

// One place. "a" is cut off at 25 ms, in the middle of its third step, which goes on to 30 ms; "c" gives up in line at
// 26 ms; "b" has the place then.
TEST(Vllm, NoticesClientsThatLeave) {
  const SeenRun seen(vllm("step_time: 10ms, max_num_seqs: 1, timeout: 0.025, max_retries: 0",
                          generates("a", 1, 100) + generates("b", 1, 1) + generates("c", 1, 1)),
                     {{.flow = "a"}, {.flow = "c", .at = "1ms"}, {.flow = "b", .at = "20ms"}});
  EXPECT_EQ(seen.failed("llm_timeout", "a"), 1u);
  EXPECT_EQ(seen.failed("llm_timeout", "c"), 1u);
  EXPECT_EQ(seen.max_ms("b"), 20);
  EXPECT_EQ(seen.used_ms("ai.requests"), 25 + 10);
}

// For the bound each is computed alone: one after the other without a limit takes what it takes at once.
TEST(Vllm, RelievedTakesTheTimeOfOneAlone) {
  const std::string text =
      vllm("step_time: 10ms, prefill_time: 1ms, decode_time: 2ms, kv_time: 1us, max_num_batched_tokens: 10",
           generates("go", 25, 9));
  const SeenRun alone(text, {{}});
  RunSettings settings;
  settings.relieved = {"ai.requests"};
  const auto m = model(text, arrivals_at({{.count = 7}}));
  const Observations o = run_once(m, settings);
  EXPECT_EQ(o.flows[0].latency.max(), alone.flow("go").latency.max());
  EXPECT_EQ(o.flows[0].latency.min(), alone.flow("go").latency.max());
}

// --- batch --------------------------------------------------------------------------------------------------------

std::string batch(const std::string& keys) {
  return "topology: t\nresources:\n  ai: {kind: llm, engine: batch, batch_time: 50ms, item_time: 10ms, " + keys +
         "}\nflows:\n" + flows_named({"go", "late"}, "{llm: {provider: ai, input_tokens: 1, output_tokens: 1}}");
}

// Eight start at once, three wait 100 ms for more: 50 + 80 and 100 + 50 + 30 ms.
TEST(BatchLlm, WaitsForItsPreferredSizeButNotForLong) {
  const std::string keys = "max_batch_size: 16, preferred_batch_size: 8, max_queue_delay_microseconds: 100000";
  EXPECT_EQ(SeenRun(batch(keys), {{.count = 8}}).max_ms(), 130);
  EXPECT_EQ(SeenRun(batch(keys), {{.count = 3}}).max_ms(), 180);
  // 20 at once: eight from 0 to 130 ms, the twelve others from then on, 170 ms
  const SeenRun seen(batch(keys), {{.count = 20}});
  EXPECT_EQ(seen.sum_ms(), 8 * 130 + 12 * 300);
}

// Without a delay a batch is what is there: one at first (60 ms), then the four that wait (90 ms).
TEST(BatchLlm, TakesWhatIsThereWithoutADelay) {
  const SeenRun seen(batch("max_batch_size: 4"), {{.count = 6}});
  EXPECT_EQ(seen.sum_ms(), 60 + 4 * 150 + 210);
  const SeenRun two(batch("max_batch_size: 4, count: 2"), {{.count = 6}});
  EXPECT_EQ(two.sum_ms(), 2 * 60 + 4 * 150);
}

TEST(BatchLlm, RefusesAFullLine) {
  const SeenRun seen(batch("max_batch_size: 1, max_queue_size: 2"), {{.count = 4}});
  EXPECT_EQ(seen.completed(), 3u);
  EXPECT_EQ(seen.failed("queue_full"), 1u);
}

}  // namespace
}  // namespace loadstone::test
