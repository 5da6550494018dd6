// A language model: at a provider behind rate limits, or on one's own host.
#include <algorithm>

#include "sim/primitive/bucket.hpp"
#include "sim/primitive/host_cpu.hpp"
#include "sim/primitive/station.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/llm_call.hpp"

namespace loadstone {

namespace {

enum class Engine : std::uint8_t { hosted, ollama, vllm, batch };

struct Price {
  Money input;
  Money output;
};

// What differs between the models of one provider.
struct ModelSpec {
  std::optional<TimeLaw> ttft;
  std::optional<Rate> output_rate;
  std::optional<TimeLaw> itl;
  std::optional<Rate> prefill_rate;
  std::optional<Rate> decode_rate;
  std::optional<Price> price;
};

struct LlmSpec {
  Engine engine = Engine::hosted;
  ModelSpec own;
  std::vector<std::pair<std::string, ModelSpec>> models;
  std::optional<Rate> rpm;
  std::optional<Rate> tpm;
  std::optional<Duration> burst_window;
  std::optional<std::int64_t> slots;
  std::optional<std::int64_t> max_tokens;
  std::optional<std::int64_t> max_retries;
  std::optional<Duration> timeout;
  std::optional<std::int64_t> num_parallel;
  std::optional<Cores> threads;
};

const FieldTable& price_fields() {
  static const FieldTable table = FieldTable::of<Price>()
                                      .field("input", &Price::input, "Of a token of the prompt: $0.15/M.")
                                      .field("output", &Price::output, "Of a generated token: $0.60/M.");
  return table;
}

const FieldTable& model_fields() {
  static const FieldTable table =
      FieldTable::of<ModelSpec>()
          .field("ttft", &ModelSpec::ttft, "hosted: time to the first token.")
          .field("output_rate", &ModelSpec::output_rate, "hosted: tokens generated per time, after the first: 60/s.",
                 {.bounds = {.above_min = true}})
          .field("itl", &ModelSpec::itl,
                 "hosted: time between two tokens, drawn for each call; instead of output_rate.")
          .field("prefill_rate", &ModelSpec::prefill_rate,
                 "ollama: prompt tokens per time of one request that has all the threads.",
                 {.bounds = {.above_min = true}})
          .field("decode_rate", &ModelSpec::decode_rate, "ollama: generated tokens per time, in the same way.",
                 {.bounds = {.above_min = true}})
          .mapping("price", &ModelSpec::price, "In dollars per token.", price_fields());
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
    auto& [name, model] = out.models.emplace_back(entry.key, ModelSpec{});
    if (!entry.value.is_mapping()) {
      reader.error(entry.value.place, "expected a mapping, got " + describe(entry.value));
      ok = false;
      continue;
    }
    ok = model_fields().read(reader, entry.value, &model) && ok;
  }
  return ok;
}

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<LlmSpec>()
          .choice("engine", &LlmSpec::engine, "A provider's API, or Ollama on the host.",
                  {.default_text = "hosted", .choices = {"hosted", "ollama", "vllm", "batch"}})
          .embed(&LlmSpec::own, model_fields())
          .custom<LlmSpec>("models", "Keys that differ by model, under the model's name.", read_models,
                           {.optional = true}, FieldType::named_mappings, &model_fields())
          .field("rpm", &LlmSpec::rpm, "hosted: requests per minute.",
                 {.bounds = {.native_unit = "/min", .above_min = true}})
          .field("tpm", &LlmSpec::tpm, "hosted: tokens per minute, of prompts and answers together.",
                 {.bounds = {.native_unit = "/min", .above_min = true}})
          .field("burst_window", &LlmSpec::burst_window,
                 "hosted: how much of rpm and tpm can be used at once. Absent: 60s.",
                 {.bounds = {.native_unit = "s", .above_min = true}})
          .field("slots", &LlmSpec::slots, "hosted: most requests in progress; further ones wait. Absent: no limit.",
                 {.bounds = {.min = 1, .max = 1e12}})
          .field("max_tokens", &LlmSpec::max_tokens,
                 "Longest answer, and what is charged on tpm at admission whatever the answer is.",
                 {.bounds = {.min = 1}})
          .field("max_retries", &LlmSpec::max_retries,
                 "Retries of the SDK, after 429 and after its timeout. Absent: 2 (hosted), 0 (ollama).",
                 {.bounds = {.max = 1000}})
          .field("timeout", &LlmSpec::timeout, "Of one attempt, in seconds. Absent: 600 (hosted), never (ollama).",
                 {.bounds = {.native_unit = "s", .above_min = true}})
          .field("OLLAMA_NUM_PARALLEL", &LlmSpec::num_parallel, "ollama: requests at once. Absent: 1.",
                 {.bounds = {.min = 1, .max = 1e6}})
          .field("threads", &LlmSpec::threads, "ollama: cores that it uses at most. Absent: all of the host.",
                 {.bounds = {.above_min = true}});
  return table;
}

// Where the model's own keys say nothing, the provider's hold.
ModelSpec merged(ModelSpec model, const ModelSpec& own) {
  const bool paced = model.itl || model.output_rate;
  const auto fill = [](auto& to, const auto& from) { to = to ? to : from; };
  fill(model.ttft, own.ttft);
  fill(model.output_rate, paced ? decltype(own.output_rate){} : own.output_rate);
  fill(model.itl, paced ? decltype(own.itl){} : own.itl);
  fill(model.prefill_rate, own.prefill_rate);
  fill(model.decode_rate, own.decode_rate);
  fill(model.price, own.price);
  return model;
}

struct LlmRows {
  std::optional<ResourceIndex> rpm;
  std::optional<ResourceIndex> tpm;
  ResourceIndex slots = 0;  // requests at a provider, slots of Ollama
  ResourceIndex host = 0;
  std::uint32_t job_class = 0;
  double threads = 1;
};

class BuiltLlm final : public BuiltResource, public LanguageModel {
 public:
  BuiltLlm(const ResourceSpec& resource_spec, const LlmRows& rows) : BuiltResource(resource_spec), rows_(rows) {}

  void lower_llm(Lowerer& lowerer, const LlmCall& call) override {
    const auto& llm = spec.as<LlmSpec>();
    const std::optional<ModelSpec> model = find_model(lowerer, call);
    if (!model || !is_complete(lowerer, *model)) {
      return;
    }
    LlmCallPlan plan;
    plan.input = lowerer.drawn(call.input_tokens);
    plan.output = lowerer.drawn(call.output_tokens);
    if (const auto most = call.max_tokens ? call.max_tokens : llm.max_tokens) {
      plan.max_tokens = static_cast<double>(*most);
    }
    if (model->price) {
      plan.input_nano_usd = model->price->input.usd * 1e9;
      plan.output_nano_usd = model->price->output.usd * 1e9;
    }
    if (call.charge && !find_account(lowerer, *call.charge, plan)) {
      return;
    }
    plan.max_retries = llm.max_retries.value_or(llm.engine == Engine::hosted ? 2 : 0);
    plan.timeout = llm.timeout;
    if (llm.engine == Engine::ollama) {
      lower_local(lowerer, *model, std::move(plan));
    } else {
      lower_hosted(lowerer, *model, std::move(plan));
    }
  }

 private:
  [[nodiscard]] std::optional<ModelSpec> find_model(Lowerer& lowerer, const LlmCall& call) const {
    const auto& llm = spec.as<LlmSpec>();
    if (!call.model) {
      return llm.own;
    }
    std::vector<std::string_view> names;
    for (const auto& [name, model] : llm.models) {
      if (name == *call.model) {
        return merged(model, llm.own);
      }
      names.push_back(name);
    }
    lowerer.error("llm '" + spec.name + "' has no model '" + *call.model + "'", choices(*call.model, names));
    return std::nullopt;
  }

  bool is_complete(Lowerer& lowerer, const ModelSpec& model) const {
    const bool local = spec.as<LlmSpec>().engine == Engine::ollama;
    if (local && !(model.prefill_rate && model.decode_rate)) {
      lowerer.error("llm '" + spec.name + "' needs 'prefill_rate' and 'decode_rate'");
      return false;
    }
    if (!local && !(model.ttft && (model.output_rate || model.itl))) {
      lowerer.error("llm '" + spec.name + "' needs 'ttft', and 'output_rate' or 'itl'");
      return false;
    }
    return true;
  }

  static bool find_account(Lowerer& lowerer, const Reference& reference, LlmCallPlan& plan) {
    const auto* stock = lowerer.builder().resource_that_can<Stock>(reference, "be charged");
    if (stock == nullptr) {
      return false;
    }
    plan.account = stock->dollars();
    if (!plan.account) {
      lowerer.error("'charge' needs an account with 'unit: usd', which '" + reference.name + "' is not");
    }
    return plan.account.has_value();
  }

  void lower_hosted(Lowerer& lowerer, const ModelSpec& model, LlmCallPlan plan) const {
    constexpr Duration kSdkTimeout{600'000'000'000};
    plan.timeout = plan.timeout ? plan.timeout : kSdkTimeout;
    plan.rpm = rows_.rpm;
    plan.tpm = rows_.tpm;
    plan.requests = rows_.slots;
    plan.ttft = lowerer.drawn(*model.ttft);
    plan.itl = model.itl ? lowerer.drawn(*model.itl) : Drawn{Distribution::constant(1 / model.output_rate->per_ns), -1};
    emit_hosted_call(lowerer, std::move(plan));
  }

  void lower_local(Lowerer& lowerer, const ModelSpec& model, LlmCallPlan plan) const {
    plan.host = rows_.host;
    plan.job_class = rows_.job_class;
    plan.input_core_ns = rows_.threads / model.prefill_rate->per_ns;
    plan.output_core_ns = rows_.threads / model.decode_rate->per_ns;
    plan.notices_abort = true;
    emit_local_call(lowerer, std::move(plan), rows_.slots);
  }

  LlmRows rows_;
};

// One bucket for a limit; what it holds at most is what comes in during the window.
ResourceIndex add_bucket(const ResourceSpec& spec, ModelBuilder& builder, std::string_view part, Rate rate,
                         double least) {
  constexpr double kMinuteNs = 60e9;
  const auto& window = spec.as<LlmSpec>().burst_window;
  auto& plan = builder.add(std::make_unique<BucketPlan>(), spec, part);
  plan.rate_per_ns = rate.per_ns;
  plan.burst = std::max(least, rate.per_ns * (window ? static_cast<double>(window->ns) : kMinuteNs));
  plan.member_attributes = builder.member_attributes(spec);
  return plan.row;
}

// Keys that belong to the other engine.
bool check_keys(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& llm = spec.as<LlmSpec>();
  const auto complain = [&](const std::string& message) {
    builder.diagnostics().error(spec.place, "resource '" + spec.name + "': " + message);
    return false;
  };
  bool ok = true;
  if (llm.engine == Engine::vllm || llm.engine == Engine::batch) {
    return complain("this engine comes later; 'hosted' and 'ollama' are there");
  }
  const bool local = llm.engine == Engine::ollama;
  if (local &&
      (llm.rpm || llm.tpm || llm.slots || llm.burst_window || llm.own.ttft || llm.own.output_rate || llm.own.itl)) {
    ok = complain("rpm, tpm, burst_window, slots, ttft, output_rate and itl belong to 'engine: hosted'");
  }
  if (!local && (llm.num_parallel || llm.threads || llm.own.prefill_rate || llm.own.decode_rate || spec.host)) {
    ok = complain("host, threads, prefill_rate, decode_rate and OLLAMA_NUM_PARALLEL belong to 'engine: ollama'");
  }
  if (local && !spec.host) {
    ok = complain("'engine: ollama' needs the 'host' that it runs on");
  }
  if (llm.own.output_rate && llm.own.itl) {
    ok = complain("give 'output_rate' or 'itl', not both");
  }
  return ok;
}

std::optional<LlmRows> add_local_rows(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& llm = spec.as<LlmSpec>();
  const BuiltHost* host = builder.host(*spec.host);
  if (host == nullptr) {
    return std::nullopt;
  }
  LlmRows rows;
  auto& plan = builder.add(std::make_unique<SlotsPlan>(), spec, "slots");
  plan.capacity = static_cast<double>(llm.num_parallel.value_or(1));
  plan.member_attributes = builder.member_attributes(spec);
  rows.slots = plan.row;
  rows.host = host->cpu;
  rows.threads = std::min(host->spec->cores.count, llm.threads ? llm.threads->count : host->spec->cores.count);
  auto& cpu = static_cast<HostCpuPlan&>(*builder.model().resources[host->cpu]);
  rows.job_class = static_cast<std::uint32_t>(cpu.classes.size());
  cpu.classes.push_back({.cap = rows.threads, .quota = rows.threads});
  return rows;
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& llm = spec.as<LlmSpec>();
  if (!check_keys(spec, builder)) {
    return nullptr;
  }
  if (llm.engine == Engine::ollama) {
    const auto rows = add_local_rows(spec, builder);
    return rows ? std::make_unique<BuiltLlm>(spec, *rows) : nullptr;
  }
  LlmRows rows;
  auto& plan = builder.add(std::make_unique<StationPlan>(), spec, "requests");
  plan.capacity = llm.slots ? static_cast<double>(*llm.slots) : ResourcePlan::kUnlimited;
  plan.member_attributes = builder.member_attributes(spec);
  rows.slots = plan.row;
  if (llm.rpm) {
    rows.rpm = add_bucket(spec, builder, "rpm", *llm.rpm, 1);
  }
  if (llm.tpm) {
    rows.tpm = add_bucket(spec, builder, "tpm", *llm.tpm, 0);
  }
  return std::make_unique<BuiltLlm>(spec, rows);
}

}  // namespace

const ResourceKind& llm_kind() {
  static const ResourceKind kind{
      "llm", "A language model: a provider's, behind rate limits, or one's own.", fields, {"host", "in", "per"}, build};
  return kind;
}

}  // namespace loadstone
