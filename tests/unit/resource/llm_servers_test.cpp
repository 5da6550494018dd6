// Language models on servers of one's own: Ollama's loading of models, vLLM's steps, fixed batches.
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// --- ollama -------------------------------------------------------------------------------------------------------

// Two models of 10 s and 20 s; a call of either takes 1 s.
std::string models(const std::string& keys) {
  const auto call = [](const std::string& flow, const std::string& model) {
    return flows_named({flow}, "{llm: {provider: ai, model: " + model + ", input_tokens: 50, output_tokens: 10}}");
  };
  return "topology: t\nhosts: {box: {cores: 4}}\nresources:\n  ai: {kind: llm, engine: ollama, host: box, "
         "prefill_rate: 100/s, decode_rate: 20/s, models: {small: {load_time: 10s}, big: {load_time: 20s}}" +
         keys + "}\nflows:\n" + call("a", "small") + call("b", "big") + call("a2", "small") + call("c", "small");
}

// Both fit. One is loaded after the other: "big" waits for "small" to be loaded.
TEST(OllamaLoader, LoadsOneModelAtATime) {
  const SeenRun seen(models(""), {{.flow = "a"}, {.flow = "b"}, {.flow = "a2", .at = "12s"}});
  EXPECT_EQ(seen.max_ms("a"), 11'000);
  EXPECT_EQ(seen.max_ms("b"), 31'000);
  EXPECT_EQ(seen.max_ms("a2"), 1000);  // its model is there: it does not wait behind "big"
  EXPECT_EQ(seen.used_ms("ai.loader"), 30'000);
  EXPECT_EQ(seen.row("ai.slots").members, 2u);
}

// Room for one model. "big" is next in line at 10 s, and waits until "small" is not used any more, 11 s. Behind it
// stands a second call of "small", which came while that was being loaded: it is looked at last, and its model is gone.
TEST(OllamaLoader, WaitsForAModelThatIsUsedAndHoldsUpAllBehindIt) {
  const SeenRun seen(models(", OLLAMA_MAX_LOADED_MODELS: 1"),
                     {{.flow = "a"}, {.flow = "b", .at = "1s"}, {.flow = "a2", .at = "2s"}});
  EXPECT_EQ(seen.max_ms("a"), 11'000);
  EXPECT_EQ(seen.max_ms("b"), 32'000 - 1000);   // loaded from 11 to 31 s
  EXPECT_EQ(seen.max_ms("a2"), 43'000 - 2000);  // and "small" again from 32 to 42 s
}

// Unused from 11 s on: there at 20.999 s, gone at 21 s.
TEST(OllamaLoader, KeepsAModelForAWhile) {
  for (const auto& [at, ms] : {std::pair{"20999ms", 1000}, std::pair{"21s", 11'000}}) {
    const SeenRun seen(models(", OLLAMA_KEEP_ALIVE: 10"), {{.flow = "a"}, {.flow = "a2", .at = at}});
    EXPECT_EQ(seen.max_ms("a2"), ms);
  }
}

// A client that gives up leaves the line, or ends the loading: "a" from 0 to 5 s, "b" from then to 6 s, "a2" 5 s.
TEST(OllamaLoader, LetsClientsGo) {
  const SeenRun seen(models(", OLLAMA_MAX_QUEUE: 1, timeout: 5, max_retries: 0"),
                     {{.flow = "a"},
                      {.flow = "b", .at = "1s"},  // in line until 6 s
                      {.flow = "c", .at = "2s"},  // refused
                      {.flow = "a2", .at = "12s"}});
  EXPECT_EQ(seen.failed("llm_timeout", "a"), 1u);
  EXPECT_EQ(seen.failed("llm_timeout", "b"), 1u);
  EXPECT_EQ(seen.failed("server_busy", "c"), 1u);
  EXPECT_EQ(seen.failed("llm_timeout", "a2"), 1u);
  EXPECT_EQ(seen.used_ms("ai.loader"), 5000 + 1000 + 5000);
  EXPECT_EQ(seen.text_of("server_busy"),
            "server busy, please try again.  maximum pending requests exceeded (HTTP 503)");
}

// "small" is used until 13 s. Who waits for room from 11 s on leaves at 12 s, but its place is looked at until there is
// room: nobody may wait at 12.5 s, and "big" is loaded at 13.5 s. "small" is gone by then.
TEST(OllamaLoader, MakesRoomForOneThatHasLeft) {
  const std::string leaves = flows_named({"leaves"},
                                         "{llm: {provider: ai, model: big, input_tokens: 50, output_tokens: 10}, "
                                         "timeout: 1s, cancel_propagates: inline}");
  const SeenRun seen(models(", OLLAMA_MAX_LOADED_MODELS: 1, OLLAMA_MAX_QUEUE: 0, max_retries: 0") + leaves,
                     {{.flow = "a"},
                      {.flow = "a2", .at = "10500ms", .count = 2},
                      {.flow = "leaves", .at = "11s"},
                      {.flow = "b", .at = "12500ms", .count = 2, .every = "1s"},
                      {.flow = "c", .at = "40s"}});
  EXPECT_EQ(seen.max_ms("a2"), 13'000 - 10'500);
  EXPECT_EQ(seen.failed("timeout", "leaves"), 1u);
  EXPECT_EQ(seen.failed("server_busy", "b"), 1u);
  EXPECT_EQ(seen.max_ms("b"), 21'000);
  EXPECT_EQ(seen.max_ms("c"), 11'000);
  EXPECT_EQ(seen.used_ms("ai.loader"), 10'000 + 2000 + 20'000 + 10'000);
}

// A model without a load_time is always there, and takes no other's place.
TEST(OllamaLoader, LetsAModelThatIsAlwaysTherePass) {
  const std::string text =
      "topology: t\nhosts: {box: {cores: 4}}\nresources:\n  ai: {kind: llm, engine: ollama, host: box, prefill_rate: "
      "100/s, decode_rate: 20/s, models: {slow: {load_time: 10s}, there: {price: {input: $1/M, output: $1/M}}}, "
      "OLLAMA_MAX_LOADED_MODELS: 1}\nflows:\n" +
      flows_named({"a", "a2"}, "{llm: {provider: ai, model: slow, input_tokens: 50, output_tokens: 10}}") +
      flows_named({"b"}, "{llm: {provider: ai, model: there, input_tokens: 50, output_tokens: 10}}");
  const SeenRun seen(text, {{.flow = "a"}, {.flow = "b", .at = "1s"}, {.flow = "a2", .at = "20s"}});
  EXPECT_EQ(seen.max_ms("b"), 1000);
  EXPECT_EQ(seen.max_ms("a2"), 1000);
}

// Relieved, everybody loads at once and there is room for all.
TEST(OllamaLoader, LoadsAllAtOnceWhenRelieved) {
  RunSettings settings;
  settings.relieved = {"ai.loader"};
  const SeenRun seen(model(models(", OLLAMA_MAX_LOADED_MODELS: 1"),
                           arrivals_at({{.flow = "a"}, {.flow = "b"}, {.flow = "c", .at = "11s"}})),
                     settings);
  EXPECT_EQ(seen.max_ms("a"), 11'000);
  EXPECT_EQ(seen.max_ms("b"), 21'000);
  EXPECT_EQ(seen.max_ms("c"), 1000);
}

// The SDK comes back after a 503: 0.375 to 0.5 s later there is a place in line.
TEST(OllamaLoader, A503IsTriedAgain) {
  const SeenRun seen(models(", OLLAMA_MAX_QUEUE: 0, max_retries: 5"), {{.flow = "a"}, {.flow = "a2", .at = "9700ms"}});
  EXPECT_EQ(seen.completed("a2"), 1u);
  EXPECT_EQ(seen.totals("ai.loader").refused, 1u);
}

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

// --- accounts -----------------------------------------------------------------------------------------------------

std::string budgeted(const std::string& account, const std::string& keys) {
  return "topology: t\nresources:\n  budget: {kind: account, unit: usd, " + account +
         "}\n  ai: {kind: llm, ttft: 1s, itl: 0s, tpm: 600000, max_retries: 0, price: {input: $1/M, output: $1/M}, "
         "models: {cheap: {ttft: 2s, price: {input: $0.1/M, output: $0.1/M}}}}\nflows:\n" +
         flows_named({"a", "b", "c", "d"},
                     "{llm: {provider: ai, input_tokens: 200000, output_tokens: 100000, "
                     "charge: budget" +
                         keys + "}}");
}

// 0.20 + 0.20 are set aside and 0.10 of it comes back: 0.30, 0.60, 0.90 of a dollar. A call that the provider rejects
// costs nothing and leaves nothing set aside: the second finds 200,000 tokens where it asks for 400,000.
TEST(Reserve, GivesBackWhatIsNotUsed) {
  const std::string keys = ", max_tokens: 200000, reserve: true";
  const SeenRun seen(budgeted("capacity: $1", keys),
                     {{.flow = "a"}, {.flow = "b"}, {.flow = "c", .at = "100s"}, {.flow = "d", .at = "200s"}});
  EXPECT_EQ(seen.completed("a"), 1u);
  EXPECT_EQ(seen.failed("rate_limited_429", "b"), 1u);
  EXPECT_EQ(seen.completed("c"), 1u);
  EXPECT_EQ(seen.completed("d"), 1u);
  EXPECT_EQ(seen.totals("budget").in_use, 900'000'000);
  const SeenRun full(budgeted("capacity: $0.8", keys),
                     {{.flow = "a"}, {.flow = "c", .at = "100s"}, {.flow = "d", .at = "200s"}});
  EXPECT_EQ(full.completed("c"), 1u);                  // 0.30 + 0.40
  EXPECT_EQ(full.failed("budget_exceeded", "d"), 1u);  // 0.60 + 0.40
}

// The soft limit of 0.50 is crossed by the second call, at its end; the third is made with the other model.
TEST(SoftModel, IsCalledAfterTheLineWasCrossed) {
  const SeenRun seen(budgeted("capacity: $1, soft: $0.5", ", soft_model: cheap"),
                     {{.flow = "a"}, {.flow = "b", .at = "100s"}, {.flow = "c", .at = "200s"}});
  EXPECT_EQ(seen.max_ms("a"), 1000);
  EXPECT_EQ(seen.max_ms("b"), 1000);
  EXPECT_EQ(seen.max_ms("c"), 2000);
  EXPECT_EQ(seen.totals("budget").in_use, 630'000'000);
  EXPECT_EQ(seen.o.marks[0], 1u);
}

}  // namespace
}  // namespace loadstone::test
