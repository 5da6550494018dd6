#include <gtest/gtest.h>

#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

load::Loaded hosted(const std::string& keys, const std::string& call, const std::string& workload) {
  return model("topology: t\nresources:\n  ai: {kind: llm, " + keys + "}\nflows: {go: {steps: [{llm: {provider: ai, " +
                   call + "}}]}}\n",
               workload);
}

const ResourceObservations& row(const load::Loaded& m, const Observations& o, std::string_view name) {
  return o.resources[row_of(m.model, name)];
}

// Latency = ttft + (output - 1) / output_rate = 500 ms + 160 / 40 s = 4.5 s, whatever the load.
TEST(HostedLlm, TakesTheFirstTokenAndThenItsRate) {
  const auto m =
      hosted("ttft: 500ms, output_rate: 40/s", "input_tokens: 1000, output_tokens: 161", arrivals_at({{.count = 50}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].latency.min(), 4'500'000'000);
  EXPECT_EQ(o.flows[0].latency.max(), 4'500'000'000);
  EXPECT_EQ(row(m, o, "ai.requests").at_end.in_use_area, 50 * 4'500'000'000);
}

TEST(HostedLlm, CanTakeATimeBetweenTokensInstead) {
  const auto m = hosted("ttft: 500ms, itl: 20ms", "input_tokens: 10, output_tokens: 11", arrivals_at({{}}));
  EXPECT_EQ(run_once(m).flows[0].latency.max(), 700'000'000);
}

TEST(HostedLlm, WaitsForASlotWhereTheyAreLimited) {
  const auto m =
      hosted("ttft: 1s, itl: 0s, slots: 2", "input_tokens: 1, output_tokens: 1", arrivals_at({{.count = 5}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].latency.sum(), (1 + 1 + 2 + 2 + 3) * kSecond);
}

// Fidelity 6.8.1: tpm 60,000, 1,000 charged tokens at 2/s. The bucket drains by 1,000/s net for the first 60 s, then
// 1/s is admitted and the rest gets 429: 60 + 60 of the 240 of two minutes. (One more at the edge: the arrivals are at
// 0, 0.5, ... and the bucket holds 60,000 - 500 i after request i, so requests 0 .. 119 pass, then every second.)
TEST(HostedLlm, DrainsItsTokensAndThenAdmitsTheirRate) {
  const auto m = hosted("ttft: 0s, itl: 0s, tpm: 60000, max_retries: 0", "input_tokens: 900, output_tokens: 100",
                        arrivals_at({{.count = 240, .every = "500ms"}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].run.completed, 60u + 119u);
  EXPECT_EQ(o.flows[0].errors[error_of(m.model, "rate_limited_429")], 61u);
  EXPECT_EQ(row(m, o, "ai.tpm").at_end.refused, 61u);
}

// The charge is input + max_tokens, whatever is generated: 100 + 900 of 10,000 lets 10 pass at once, 100 + 400 lets 20.
TEST(HostedLlm, ReservesMaxTokensAtAdmission) {
  for (const auto& [max_tokens, passes] : {std::pair{900, 10u}, std::pair{400, 20u}}) {
    const auto m = hosted("ttft: 0s, itl: 0s, tpm: 10000, max_retries: 0, max_tokens: " + std::to_string(max_tokens),
                          "input_tokens: 100, output_tokens: 7", arrivals_at({{.count = 30}}));
    EXPECT_EQ(run_once(m).flows[0].run.completed, passes);
  }
}

TEST(HostedLlm, GeneratesNoMoreThanMaxTokens) {
  const auto m = hosted("ttft: 0s, itl: 1s", "input_tokens: 1, output_tokens: 500, max_tokens: 11", arrivals_at({{}}));
  EXPECT_EQ(run_once(m).flows[0].latency.max(), 10 * kSecond);
}

// 60 rpm in a window of 1 s is 1 at once and 1/s. Of three at 0, one passes; the others come back after the provider's
// retry-after of 1 s: one passes, the other is told 1 s again, and passes at 2 s with its last retry.
TEST(HostedLlm, TheSdkWaitsAsLongAsTheProviderSays) {
  const auto m = hosted("ttft: 0s, itl: 0s, rpm: 60, burst_window: 1", "input_tokens: 1, output_tokens: 1",
                        arrivals_at({{.count = 3}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].run.completed, 3u);
  EXPECT_EQ(o.flows[0].latency.sum(), (0 + 1 + 2) * kSecond);
  EXPECT_EQ(row(m, o, "ai.rpm").at_end.arrivals, 6u);  // every attempt
  EXPECT_EQ(row(m, o, "ai.rpm").at_end.refused, 3u);
}

// A token bucket that never has enough gives no retry-after: 3 attempts, pauses of 0.5 s and 1 s, each times 0.75 to 1
// (fidelity 6.8.4), then failure. Each of many pauses otherwise.
TEST(HostedLlm, TheSdkBacksOffWhereNobodyTellsItHowLong) {
  const auto m = hosted("ttft: 0s, itl: 0s, tpm: 1000", "input_tokens: 5000, output_tokens: 1",
                        arrivals_at({{.count = 100, .every = "10s"}}, "1000s"));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].run.failed, 100u);
  EXPECT_EQ(row(m, o, "ai.tpm").at_end.arrivals, 300u);
  EXPECT_GE(o.flows[0].failure.min(), kSecond * 3 / 4 * 3 / 2);
  EXPECT_LE(o.flows[0].failure.max(), kSecond * 3 / 2);
  EXPECT_NEAR(o.flows[0].failure.mean(), 1.5e9 * 0.875, 0.03e9);
}

// A request that the tokens reject has used up one of the requests (failed requests count too).
TEST(HostedLlm, ARejectedAttemptUsesUpARequest) {
  const auto m = hosted("ttft: 0s, itl: 0s, rpm: 2, tpm: 100, max_retries: 0", "input_tokens: 1000, output_tokens: 1",
                        arrivals_at({{.count = 3}}));
  const Observations o = run_once(m);
  EXPECT_EQ(row(m, o, "ai.rpm").at_end.granted, 2u);
  EXPECT_EQ(row(m, o, "ai.rpm").at_end.refused, 1u);
  EXPECT_EQ(row(m, o, "ai.tpm").at_end.refused, 2u);
}

// 10,000 calls of 1155 + 211 tokens at 3 and 15 dollars a million (fidelity 12.2).
TEST(HostedLlm, CostsWhatItsTokensCost) {
  const auto m = hosted("ttft: 1s, itl: 1ms, price: {input: $3/M, output: $15/M}",
                        "input_tokens: 1155, output_tokens: 211", arrivals_at({{.count = 10000, .every = "10ms"}}));
  EXPECT_EQ(run_once(m).spent_nano_usd, Int128{10'000} * (1155 * 3000 + 211 * 15000));  // 66.30 dollars
}

// Ten calls of 20 s, from 0 to 90 s; measured are those from 25 s to 100 s: seven. What is paid in the window for one
// that came at 10 or 20 s does not count; what is paid after it for one that came at 90 s does.
TEST(HostedLlm, CostsWhatTheRequestsOfTheWindowCost) {
  std::string workload = arrivals_at({{.count = 10, .every = "10s"}}, "100s");
  workload.replace(workload.find("warmup: 0s"), 10, "warmup: 25s");
  const auto m =
      hosted("ttft: 20s, itl: 0s, price: {input: $1/M, output: $1/M}", "input_tokens: 9, output_tokens: 1", workload);
  EXPECT_EQ(run_once(m).spent_nano_usd, 7 * 10 * 1000);
}

// The client gives up after 1 s; the provider goes on and is paid. Three attempts of 5 s are three times the price.
TEST(HostedLlm, AnAttemptThatTimesOutIsPaidAndTriedAgain) {
  const auto m = hosted("ttft: 5s, itl: 0s, timeout: 1, price: {input: $1/M, output: $1/M}",
                        "input_tokens: 9, output_tokens: 1", arrivals_at({{}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].errors[error_of(m.model, "llm_timeout")], 1u);
  EXPECT_EQ(row(m, o, "ai.requests").at_end.completed, 3u);
  EXPECT_EQ(o.spent_nano_usd, 3 * 10 * 1000);
  EXPECT_GE(o.flows[0].failure.max(), 3 * kSecond + kSecond * 9 / 8);
  EXPECT_LE(o.flows[0].failure.max(), 3 * kSecond + kSecond * 3 / 2);
}

// The answer comes at the instant of the timeout: it has come (Phase::release before Phase::expire).
TEST(HostedLlm, AnAnswerAtTheInstantOfTheTimeoutCounts) {
  const auto m = hosted("ttft: 1s, itl: 0s, timeout: 1", "input_tokens: 9, output_tokens: 1", arrivals_at({{}}));
  EXPECT_EQ(run_once(m).flows[0].run.completed, 1u);
}

// The step's own timeout leaves the provider at work, and the work is paid.
TEST(HostedLlm, GoesOnWithoutItsClient) {
  const auto m = model(
      "topology: t\nresources:\n  ai: {kind: llm, ttft: 5s, itl: 0s, price: {input: $1/M, output: $1/M}}\n"
      "flows: {go: {steps: [{llm: {provider: ai, input_tokens: 9, output_tokens: 1}, timeout: 2s}]}}\n",
      arrivals_at({{}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].errors[error_of(m.model, "timeout")], 1u);
  EXPECT_EQ(o.flows[0].failure.max(), 2 * kSecond);
  EXPECT_EQ(o.spent_nano_usd, 10'000);
}

// The step's timeout of 2 s comes before the SDK's of 3 s; what goes on without its client meets the SDK's alone, and
// the next round is not disturbed.
TEST(HostedLlm, TheSdksTimeoutEndsAnAttemptThatHasNoClientAnyMore) {
  const auto m = model(
      "topology: t\nresources: {ai: {kind: llm, ttft: 5s, itl: 0s, timeout: 3, max_retries: 0}}\nflows:\n"
      "  go: {steps: [{repeat: 2, do: [{llm: {provider: ai, input_tokens: 5, output_tokens: 1}, timeout: 2s, on_error: "
      "{any: []}}]}]}\n",
      arrivals_at({{}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].latency.max(), 4 * kSecond);
  EXPECT_EQ(row(m, o, "ai.requests").at_end.completed, 2u);
}

TEST(HostedLlm, ModelsHaveKeysOfTheirOwn) {
  const auto m = hosted("ttft: 1s, itl: 0s, models: {fast: {ttft: 100ms}, slow: {output_rate: 1/s}}",
                        "model: slow, input_tokens: 1, output_tokens: 3", arrivals_at({{}}));
  EXPECT_EQ(run_once(m).flows[0].latency.max(), 3 * kSecond);
}

// A retry after 429 asks for the same: what is generated does not depend on whether the limit was met.
TEST(HostedLlm, ARetryAfter429ShiftsNoDraw) {
  const std::string keys = "ttft: lognormal(mean=600ms; cv=0.5), itl: 10ms, price: {input: $1/M, output: $1/M}";
  const std::string call = "input_tokens: lognormal(mean=1000; cv=1), output_tokens: lognormal(mean=160; cv=0.7)";
  const std::string work = arrivals_at({{.count = 40}});
  const auto free = hosted(keys, call, work);
  const auto limited = hosted(keys + ", rpm: 600, burst_window: 1, max_retries: 100", call, work);
  const Observations a = run_once(free);
  const Observations b = run_once(limited);
  EXPECT_GT(row(limited, b, "ai.rpm").at_end.refused, 0u);
  EXPECT_EQ(b.flows[0].run.completed, 40u);
  EXPECT_EQ(a.spent_nano_usd, b.spent_nano_usd);
}

TEST(HostedLlm, RelievedShowsWhatItWouldTakeOfItsLimits) {
  const auto m = hosted("ttft: 1s, itl: 0s, rpm: 60, tpm: 6000, slots: 1", "input_tokens: 150, output_tokens: 50",
                        arrivals_at({{.count = 100, .every = "100ms"}}));
  RunSettings settings;
  settings.everything_relieved = true;
  settings.expected_values = true;
  const Observations o = run_once(m, settings);
  EXPECT_EQ(o.flows[0].latency.max(), kSecond);
  EXPECT_EQ(row(m, o, "ai.rpm").at_end.in_use_area, 100 * kSecond);      // 1 s of the rate each
  EXPECT_EQ(row(m, o, "ai.tpm").at_end.in_use_area, 100 * 2 * kSecond);  // 200 tokens at 100/s
}

// --- ollama -------------------------------------------------------------------------------------------------------

load::Loaded ollama(const std::string& keys, const std::string& call, const std::string& workload,
                    const std::string& step = "") {
  return model("topology: t\nhosts: {box: {cores: 4}}\nresources:\n  ai: {kind: llm, engine: ollama, host: box, " +
                   keys + "}\nflows: {go: {steps: [{llm: {provider: ai, " + call + "}" + step + "}]}}\n",
               workload);
}

// 100 / 50 + 40 / 10 = 6 s alone. OLLAMA_NUM_PARALLEL is 1: strictly one after the other, no limit to the line.
TEST(Ollama, ServesOneAtATimeWithoutRefusingAnybody) {
  const auto m = ollama("prefill_rate: 50/s, decode_rate: 10/s", "input_tokens: 100, output_tokens: 40",
                        arrivals_at({{.count = 600}}, "4000s"));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].run.completed, 600u);
  EXPECT_EQ(o.flows[0].latency.min(), 6 * kSecond);
  EXPECT_EQ(o.flows[0].latency.max(), 600 * 6 * kSecond);
}

// Two at once share the same cores: both take twice as long.
TEST(Ollama, ParallelSlotsShareTheCores) {
  const auto m = ollama("prefill_rate: 50/s, decode_rate: 10/s, OLLAMA_NUM_PARALLEL: 2",
                        "input_tokens: 100, output_tokens: 40", arrivals_at({{.count = 2}}));
  const Observations o = run_once(m);
  EXPECT_EQ(o.flows[0].latency.min(), 12 * kSecond);
  EXPECT_EQ(o.flows[0].latency.max(), 12 * kSecond);
}

// With half the cores for itself (its rates are those of its threads), it leaves the other half alone.
TEST(Ollama, UsesNoMoreThanItsThreads) {
  const auto m = ollama("prefill_rate: 50/s, decode_rate: 10/s, threads: 2, OLLAMA_NUM_PARALLEL: 4",
                        "input_tokens: 100, output_tokens: 40", arrivals_at({{.count = 4}}));
  EXPECT_EQ(run_once(m).flows[0].latency.max(), 24 * kSecond);
}

// The client goes at 2 s: the slot is free for the next, which takes its 6 s.
TEST(Ollama, StopsWhenItsClientGoes) {
  const auto m = ollama("prefill_rate: 50/s, decode_rate: 10/s, timeout: 7", "input_tokens: 100, output_tokens: 40",
                        arrivals_at({{.count = 3}}));
  const Observations o = run_once(m);
  // the first is done at 6 s; at 7 s the second is stopped in its slot, the third in line
  EXPECT_EQ(o.flows[0].run.completed, 1u);
  EXPECT_EQ(o.flows[0].errors[error_of(m.model, "llm_timeout")], 2u);
  EXPECT_EQ(row(m, o, "ai.slots").at_end.in_use_area, 7 * kSecond);
}

// --- what is refused ----------------------------------------------------------------------------------------------

std::string complaints(const std::string& keys, const std::string& call) {
  return errors_of("topology: t\nresources:\n  ai: {kind: llm, " + keys +
                       "}\nflows: {go: {steps: [{llm: {provider: ai, " + call + "}}]}}\n",
                   arrivals_at({{}}));
}

TEST(Llm, SaysWhatIsMissingOrMeansNothing) {
  const std::string call = "input_tokens: 1, output_tokens: 1";
  EXPECT_NE(complaints("engine: vllm", call).find("needs the 'step_time'"), std::string::npos);
  EXPECT_NE(complaints("engine: batch", call).find("needs 'max_batch_size' and 'batch_time'"), std::string::npos);
  EXPECT_NE(complaints("ttft: 1s", call).find("'output_rate' or 'itl'"), std::string::npos);
  EXPECT_NE(complaints("ttft: 1s, itl: 1ms, threads: 3", call).find("'threads' belongs to 'engine: ollama'"),
            std::string::npos);
  EXPECT_NE(complaints("engine: ollama, prefill_rate: 1/s, decode_rate: 1/s", call).find("needs the 'host'"),
            std::string::npos);
  EXPECT_NE(complaints("ttft: 1s, itl: 1ms, output_rate: 3/s", call).find("not both"), std::string::npos);
  EXPECT_NE(complaints("ttft: 1s, itl: 1ms, models: {fast: {}}", call + ", model: fsat").find("did you mean 'fast'"),
            std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
