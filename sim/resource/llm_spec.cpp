#include "sim/resource/llm_spec.hpp"

#include <algorithm>
#include <string_view>

namespace loadstone {

namespace {

const FieldTable& price_fields() {
  static const FieldTable table = FieldTable::of<TokenPrice>()
                                      .field("input", &TokenPrice::input, "Of a token of the prompt: $0.15/M.")
                                      .field("output", &TokenPrice::output, "Of a generated token: $0.60/M.");
  return table;
}

const FieldTable& model_fields() {
  static const FieldTable table =
      FieldTable::of<LlmModelSpec>()
          .field("ttft", &LlmModelSpec::ttft, "hosted: time to the first token.")
          .field("output_rate", &LlmModelSpec::output_rate, "hosted: tokens generated per time, after the first: 60/s.",
                 {.bounds = {.above_min = true}})
          .field("itl", &LlmModelSpec::itl,
                 "hosted: time between two tokens, drawn for each call; instead of output_rate.")
          .field("prefill_rate", &LlmModelSpec::prefill_rate,
                 "ollama: prompt tokens per time of one request that has all the threads.",
                 {.bounds = {.above_min = true}})
          .field("decode_rate", &LlmModelSpec::decode_rate, "ollama: generated tokens per time, in the same way.",
                 {.bounds = {.above_min = true}})
          .field("load_time", &LlmModelSpec::load_time,
                 "ollama: time to load the model into memory. Absent: it is always there.")
          .mapping("price", &LlmModelSpec::price, "In dollars per token.", price_fields());
  return table;
}

bool read_models(Reader& reader, const Node& node, LlmSpec& out) {
  if (!node.is_mapping()) {
    reader.error(node.place, "'models' must be a mapping from names, got " + describe(node));
    return false;
  }
  bool ok = true;
  for (const Entry& entry : node.entries) {
    const Reader::Scope scope(reader, entry.key);
    auto& [name, model] = out.models.emplace_back(entry.key, LlmModelSpec{});
    if (!entry.value.is_mapping()) {
      reader.error(entry.value.place, "expected a mapping, got " + describe(entry.value));
      ok = false;
      continue;
    }
    ok = model_fields().read(reader, entry.value, &model) && ok;
  }
  return ok;
}

void add_hosted_and_ollama(FieldTable& table) {
  table
      .field("rpm", &LlmSpec::rpm, "hosted: requests per minute.",
             {.bounds = {.native_unit = "/min", .above_min = true}})
      .field("tpm", &LlmSpec::tpm, "hosted: tokens per minute, of prompts and answers together.",
             {.bounds = {.native_unit = "/min", .above_min = true}})
      .field("burst_window", &LlmSpec::burst_window,
             "hosted: how much of rpm and tpm can be used at once. Absent: 60s.",
             {.bounds = {.native_unit = "s", .above_min = true}})
      .field("slots", &LlmSpec::slots, "hosted: most requests in progress; further ones wait. Absent: no limit.",
             {.bounds = {.min = 1, .max = 1e12}})
      .field("OLLAMA_NUM_PARALLEL", &LlmSpec::num_parallel, "ollama: requests at once, of each model. Absent: 1.",
             {.bounds = {.min = 1, .max = 1e6}})
      .field("OLLAMA_MAX_QUEUE", &LlmSpec::max_queue,
             "ollama: requests that may wait for a model to be loaded; then `server_busy`. Absent: 512.",
             {.bounds = {.max = 1e9}})
      .field("OLLAMA_MAX_LOADED_MODELS", &LlmSpec::max_loaded_models, "ollama: models in memory at a time. Absent: 3.",
             {.bounds = {.min = 1, .max = 1e6}})
      .field("OLLAMA_KEEP_ALIVE", &LlmSpec::keep_alive,
             "ollama: how long a model that nobody uses stays in memory. Absent: 5m.", {.bounds = {.native_unit = "s"}})
      .field("threads", &LlmSpec::threads, "ollama: cores that it uses at most. Absent: all of the host.",
             {.bounds = {.above_min = true}});
}

void add_servers(FieldTable& table) {
  constexpr Bounds kSome{.min = 1, .max = 1e9};
  table
      .field("max_num_seqs", &LlmSpec::max_num_seqs, "vllm: most requests in the running batch. Absent: 256.",
             {.bounds = kSome})
      .field("max_num_batched_tokens", &LlmSpec::max_num_batched_tokens,
             "vllm: tokens of one step, of prompts and answers together. Absent: 2048.", {.bounds = kSome})
      .field("kv_tokens", &LlmSpec::kv_tokens,
             "vllm: tokens for which there is memory; when it is full the newest request is put back. Absent: any "
             "number.",
             {.bounds = {.min = 1, .max = 1e12}})
      .field("step_time", &LlmSpec::step_time, "vllm: time of a step, whatever it does.",
             {.bounds = {.above_min = true}})
      .field("prefill_time", &LlmSpec::prefill_time, "vllm: added for each token of a prompt in the step. Absent: 0.")
      .field("decode_time", &LlmSpec::decode_time, "vllm: added for each request that gets a token. Absent: 0.")
      .field("kv_time", &LlmSpec::kv_time, "vllm: added for each token in memory. Absent: 0.")
      .field("max_batch_size", &LlmSpec::max_batch_size, "batch: most requests of one batch.", {.bounds = kSome})
      .field("preferred_batch_size", &LlmSpec::preferred_batch_size,
             "batch: requests with which a batch starts at once. Absent: max_batch_size.", {.bounds = kSome})
      .field("max_queue_delay_microseconds", &LlmSpec::max_queue_delay,
             "batch: how long a smaller batch waits for more. Absent: 0.", {.bounds = {.native_unit = "us"}})
      .field("max_queue_size", &LlmSpec::max_queue_size,
             "batch: requests in line; then `queue_full`. Absent, or 0: any number.", {.bounds = {.max = 1e9}})
      .field("count", &LlmSpec::count, "batch: instances of the model, each with a batch of its own. Absent: 1.",
             {.bounds = {.min = 1, .max = 1e6}})
      .field("batch_time", &LlmSpec::batch_time, "batch: time of a batch.")
      .field("item_time", &LlmSpec::item_time, "batch: added for each request of the batch. Absent: 0.");
}

}  // namespace

const FieldTable& llm_fields() {
  static const FieldTable table = [] {
    FieldTable t = FieldTable::of<LlmSpec>();
    t.choice("engine", &LlmSpec::engine, "A provider's API, or a server of one's own: Ollama, vLLM, fixed batches.",
             {.default_text = "hosted", .choices = {"hosted", "ollama", "vllm", "batch"}})
        .embed(&LlmSpec::own, model_fields())
        .custom<LlmSpec>("models", "Keys that differ by model, under the model's name.", read_models,
                         {.optional = true}, FieldType::named_mappings, &model_fields())
        .field("max_tokens", &LlmSpec::max_tokens,
               "Longest answer, and what is charged on tpm at admission whatever the answer is.",
               {.bounds = {.min = 1}})
        .field("max_retries", &LlmSpec::max_retries,
               "Retries of the SDK, after 429, 503 and its timeout. Absent: 2 (hosted), 0 (others).",
               {.bounds = {.max = 1000}})
        .field("timeout", &LlmSpec::timeout, "Of one attempt, in seconds. Absent: 600 (hosted), never (others).",
               {.bounds = {.native_unit = "s", .above_min = true}});
    add_hosted_and_ollama(t);
    add_servers(t);
    return t;
  }();
  return table;
}

// --- which keys go with which engine --------------------------------------------------------------------------------

namespace {

struct OwnedKey {
  std::string_view key;
  LlmEngine engine;
  bool is_given;
};

std::vector<OwnedKey> owned_keys(const LlmSpec& llm) {
  using enum LlmEngine;
  return {{"ttft", hosted, llm.own.ttft.has_value()},
          {"output_rate", hosted, llm.own.output_rate.has_value()},
          {"itl", hosted, llm.own.itl.has_value()},
          {"rpm", hosted, llm.rpm.has_value()},
          {"tpm", hosted, llm.tpm.has_value()},
          {"burst_window", hosted, llm.burst_window.has_value()},
          {"slots", hosted, llm.slots.has_value()},
          {"prefill_rate", ollama, llm.own.prefill_rate.has_value()},
          {"decode_rate", ollama, llm.own.decode_rate.has_value()},
          {"load_time", ollama, llm.own.load_time.has_value()},
          {"OLLAMA_NUM_PARALLEL", ollama, llm.num_parallel.has_value()},
          {"OLLAMA_MAX_QUEUE", ollama, llm.max_queue.has_value()},
          {"OLLAMA_MAX_LOADED_MODELS", ollama, llm.max_loaded_models.has_value()},
          {"OLLAMA_KEEP_ALIVE", ollama, llm.keep_alive.has_value()},
          {"threads", ollama, llm.threads.has_value()},
          {"max_num_seqs", vllm, llm.max_num_seqs.has_value()},
          {"max_num_batched_tokens", vllm, llm.max_num_batched_tokens.has_value()},
          {"kv_tokens", vllm, llm.kv_tokens.has_value()},
          {"step_time", vllm, llm.step_time.has_value()},
          {"prefill_time", vllm, llm.prefill_time.has_value()},
          {"decode_time", vllm, llm.decode_time.has_value()},
          {"kv_time", vllm, llm.kv_time.has_value()},
          {"max_batch_size", batch, llm.max_batch_size.has_value()},
          {"preferred_batch_size", batch, llm.preferred_batch_size.has_value()},
          {"max_queue_delay_microseconds", batch, llm.max_queue_delay.has_value()},
          {"max_queue_size", batch, llm.max_queue_size.has_value()},
          {"count", batch, llm.count.has_value()},
          {"batch_time", batch, llm.batch_time.has_value()},
          {"item_time", batch, llm.item_time.has_value()}};
}

std::string_view name_of(LlmEngine engine) {
  constexpr std::string_view kNames[] = {"hosted", "ollama", "vllm", "batch"};
  return kNames[static_cast<std::size_t>(engine)];
}

}  // namespace

bool loads_models(const LlmSpec& llm) {
  return llm.own.load_time || std::any_of(llm.models.begin(), llm.models.end(),
                                          [](const auto& model) { return model.second.load_time.has_value(); });
}

bool check_llm_keys(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& llm = spec.as<LlmSpec>();
  bool ok = true;
  const auto complain = [&](const Place& place, const std::string& message) {
    builder.diagnostics().error(place, "resource '" + spec.name + "': " + message);
    ok = false;
  };
  for (const OwnedKey& owned : owned_keys(llm)) {
    if (owned.is_given && owned.engine != llm.engine) {
      complain(spec.place_of(owned.key),
               "'" + std::string(owned.key) + "' belongs to 'engine: " + std::string(name_of(owned.engine)) + "'");
    }
  }
  const bool is_ollama = llm.engine == LlmEngine::ollama;
  if (is_ollama && !spec.host) {
    complain(spec.place, "'engine: ollama' needs the 'host' that it runs on");
  } else if (!is_ollama && spec.host) {
    complain(spec.place_of("host"), "'host' belongs to 'engine: ollama'");
  }
  if (llm.own.output_rate && llm.own.itl) {
    complain(spec.place, "give 'output_rate' or 'itl', not both");
  }
  if (llm.engine == LlmEngine::vllm && !llm.step_time) {
    complain(spec.place, "'engine: vllm' needs the 'step_time' of an iteration");
  }
  if (llm.engine == LlmEngine::batch && !(llm.batch_time && llm.max_batch_size)) {
    complain(spec.place, "'engine: batch' needs 'max_batch_size' and 'batch_time'");
  }
  if (llm.preferred_batch_size.value_or(1) > llm.max_batch_size.value_or(1'000'000'000)) {
    complain(spec.place_of("preferred_batch_size"), "'preferred_batch_size' is more than 'max_batch_size'");
  }
  if (is_ollama && !loads_models(llm) && (llm.max_queue || llm.max_loaded_models || llm.keep_alive)) {
    complain(spec.place,
             "OLLAMA_MAX_QUEUE, OLLAMA_MAX_LOADED_MODELS and OLLAMA_KEEP_ALIVE have no effect without a "
             "'load_time'");
  }
  return ok;
}

LlmModelSpec merged(LlmModelSpec model, const LlmModelSpec& own) {
  const bool paced = model.itl || model.output_rate;
  const auto fill = [](auto& to, const auto& from) { to = to ? to : from; };
  fill(model.ttft, own.ttft);
  fill(model.output_rate, paced ? decltype(own.output_rate){} : own.output_rate);
  fill(model.itl, paced ? decltype(own.itl){} : own.itl);
  fill(model.prefill_rate, own.prefill_rate);
  fill(model.decode_rate, own.decode_rate);
  fill(model.load_time, own.load_time);
  fill(model.price, own.price);
  return model;
}

}  // namespace loadstone
