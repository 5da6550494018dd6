// sim/resource/llm_spec.hpp
//
// What is written about a language model: its engine, its limits, its models and their speed.
//
// Not. Which keys go with which engine is in one table (llm_spec.cpp); what they do is in llm.cpp.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/model/model_builder.hpp"

namespace loadstone {

enum class LlmEngine : std::uint8_t { hosted, ollama, vllm, batch };

struct TokenPrice {
  Money input;
  Money output;
};

// What differs between the models of one provider.
struct LlmModelSpec {
  std::optional<TimeLaw> ttft;
  std::optional<Rate> output_rate;
  std::optional<TimeLaw> itl;
  std::optional<Rate> prefill_rate;
  std::optional<Rate> decode_rate;
  std::optional<TimeLaw> load_time;
  std::optional<TokenPrice> price;
};

struct LlmSpec {
  LlmEngine engine = LlmEngine::hosted;
  LlmModelSpec own;
  std::vector<std::pair<std::string, LlmModelSpec>> models;
  std::optional<std::int64_t> max_tokens;
  std::optional<std::int64_t> max_retries;
  std::optional<Duration> timeout;
  // hosted
  std::optional<Rate> rpm;
  std::optional<Rate> tpm;
  std::optional<Duration> burst_window;
  std::optional<std::int64_t> slots;
  // ollama
  std::optional<std::int64_t> num_parallel;
  std::optional<std::int64_t> max_queue;
  std::optional<std::int64_t> max_loaded_models;
  std::optional<Duration> keep_alive;
  std::optional<Cores> threads;
  // vllm
  std::optional<std::int64_t> max_num_seqs;
  std::optional<std::int64_t> max_num_batched_tokens;
  std::optional<std::int64_t> kv_tokens;
  std::optional<Duration> step_time;
  std::optional<Duration> prefill_time;
  std::optional<Duration> decode_time;
  std::optional<Duration> kv_time;
  // batch
  std::optional<std::int64_t> max_batch_size;
  std::optional<std::int64_t> preferred_batch_size;
  std::optional<Duration> max_queue_delay;
  std::optional<std::int64_t> max_queue_size;
  std::optional<std::int64_t> count;
  std::optional<TimeLaw> batch_time;
  std::optional<Duration> item_time;
};

[[nodiscard]] const FieldTable& llm_fields();

// Reports keys of another engine, and what the engine lacks.
[[nodiscard]] bool check_llm_keys(const ResourceSpec& spec, ModelBuilder& builder);

// Whether any of its models has to be loaded.
[[nodiscard]] bool loads_models(const LlmSpec& llm);

// Where the model's own keys say nothing, the provider's hold.
[[nodiscard]] LlmModelSpec merged(LlmModelSpec model, const LlmModelSpec& own);

}  // namespace loadstone
