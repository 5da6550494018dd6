// A language model: at a provider behind rate limits, or on a server of one's own.
#include <algorithm>

#include "sim/engine/scopes.hpp"
#include "sim/primitive/account.hpp"
#include "sim/primitive/batch_station.hpp"
#include "sim/primitive/bucket.hpp"
#include "sim/primitive/host_cpu.hpp"
#include "sim/primitive/model_loader.hpp"
#include "sim/primitive/station.hpp"
#include "sim/primitive/token_batch.hpp"
#include "sim/resource/emit.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/llm_call.hpp"
#include "sim/resource/llm_spec.hpp"

namespace loadstone {

namespace {

struct LlmRows {
  std::optional<ResourceIndex> rpm;
  std::optional<ResourceIndex> tpm;
  ResourceIndex requests = 0;  // a provider's, a batch's; slots of Ollama
  ResourceIndex host = 0;
  std::uint32_t job_class = 0;
  double threads = 1;
  std::optional<ResourceIndex> loader;
  std::int32_t model_attribute = -1;
};

struct SoftPlan {
  ResourceIndex account = 0;
  std::uint32_t mark = 0;
};

// Goes on behind it, with another model, once the account is at its soft limit; at `target` before that.
Progress op_soft(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const SoftPlan*>(op.plan);
  if (simulation.resource<Account>(plan.account).is_over_soft(request)) {
    simulation.count_mark(plan.mark);
  } else {
    request.pc = &simulation.model().program[op.target];
  }
  return Progress::next;
}

class BuiltLlm final : public BuiltResource, public LanguageModel {
 public:
  BuiltLlm(const ResourceSpec& resource_spec, const LlmRows& rows) : BuiltResource(resource_spec), rows_(rows) {}

  void lower_llm(Lowerer& lowerer, const LlmCall& call) override {
    if (!call.soft_model) {
      lower_call(lowerer, call);
      return;
    }
    LlmCallPlan paid;
    if (!call.charge || !find_account(lowerer, *call.charge, paid)) {
      if (!call.charge) {
        lowerer.error("'soft_model' needs the account that pays: 'charge'");
      }
      return;
    }
    const auto& account = static_cast<const AccountPlan&>(*lowerer.builder().model().resources[*paid.account]);
    if (!account.soft) {
      lowerer.error("'soft_model' needs a 'soft' limit of account '" + call.charge->name + "'");
      return;
    }
    LlmCall soft = call;
    soft.model = call.soft_model;
    const SoftPlan plan{*paid.account, lowerer.builder().mark(spec.name + ".soft")};
    const std::uint32_t before = lowerer.emit({.execute = &op_soft, .plan = lowerer.builder().keep(plan)});
    lower_call(lowerer, soft);
    const std::uint32_t over = lowerer.emit({.execute = &op_jump});
    lowerer.land(before);
    lower_call(lowerer, call);
    lowerer.land(over);
  }

 private:
  void lower_call(Lowerer& lowerer, const LlmCall& call) const {
    const auto& llm = spec.as<LlmSpec>();
    std::size_t index = 0;
    const std::optional<LlmModelSpec> model = find_model(lowerer, call, index);
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
    if (call.reserve && !(call.charge && plan.max_tokens < 1e18)) {
      lowerer.error(
          "'reserve' needs the account that pays, 'charge', and the most that can be generated, 'max_tokens'");
      return;
    }
    plan.reserves = call.reserve;
    plan.max_retries = llm.max_retries.value_or(llm.engine == LlmEngine::hosted ? 2 : 0);
    plan.timeout = llm.timeout;
    plan.requests = rows_.requests;
    switch (llm.engine) {
      case LlmEngine::hosted:
        lower_hosted(lowerer, *model, std::move(plan));
        break;
      case LlmEngine::ollama:
        lower_local(lowerer, *model, index, std::move(plan));
        break;
      case LlmEngine::vllm:
        plan.notices_abort = true;
        emit_stepped_call(lowerer, spec, std::move(plan));
        break;
      case LlmEngine::batch:
        plan.ttft = lowerer.drawn(*llm.batch_time);
        emit_batched_call(lowerer, spec, std::move(plan));
        break;
    }
  }

  // `index`: 0 is the provider's own, 1 .. its named ones.
  [[nodiscard]] std::optional<LlmModelSpec> find_model(Lowerer& lowerer, const LlmCall& call,
                                                       std::size_t& index) const {
    const auto& llm = spec.as<LlmSpec>();
    if (!call.model) {
      return llm.own;
    }
    std::vector<std::string_view> names;
    for (const auto& [name, model] : llm.models) {
      names.push_back(name);
      if (name == *call.model) {
        index = names.size();
        return merged(model, llm.own);
      }
    }
    lowerer.error("llm '" + spec.name + "' has no model '" + *call.model + "'", choices(*call.model, names));
    return std::nullopt;
  }

  bool is_complete(Lowerer& lowerer, const LlmModelSpec& model) const {
    const LlmEngine engine = spec.as<LlmSpec>().engine;
    if (engine == LlmEngine::ollama && !(model.prefill_rate && model.decode_rate)) {
      lowerer.error("llm '" + spec.name + "' needs 'prefill_rate' and 'decode_rate'");
      return false;
    }
    if (engine == LlmEngine::hosted && !(model.ttft && (model.output_rate || model.itl))) {
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

  void lower_hosted(Lowerer& lowerer, const LlmModelSpec& model, LlmCallPlan plan) const {
    constexpr Duration kSdkTimeout{600'000'000'000};
    plan.timeout = plan.timeout ? plan.timeout : kSdkTimeout;
    plan.rpm = rows_.rpm;
    plan.tpm = rows_.tpm;
    plan.ttft = lowerer.drawn(*model.ttft);
    plan.itl = model.itl ? lowerer.drawn(*model.itl) : Drawn{Distribution::constant(1 / model.output_rate->per_ns), -1};
    emit_hosted_call(lowerer, spec, std::move(plan));
  }

  void lower_local(Lowerer& lowerer, const LlmModelSpec& model, std::size_t index, LlmCallPlan plan) const {
    plan.host = rows_.host;
    plan.job_class = rows_.job_class;
    plan.input_core_ns = rows_.threads / model.prefill_rate->per_ns;
    plan.output_core_ns = rows_.threads / model.decode_rate->per_ns;
    plan.notices_abort = true;
    plan.load = {.loader = {}, .model = index, .model_attribute = rows_.model_attribute, .time = {}};
    if (model.load_time) {
      plan.load.loader = rows_.loader;
      plan.load.time = lowerer.drawn(*model.load_time);
    }
    emit_local_call(lowerer, spec, std::move(plan));
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
  rows.requests = plan.row;
  if (!llm.models.empty()) {
    rows.model_attribute = builder.declare_attribute("model of " + spec.name);
    plan.member_attributes.push_back(static_cast<std::uint16_t>(rows.model_attribute));
    plan.members *= static_cast<double>(llm.models.size() + (llm.own.decode_rate ? 1 : 0));
  }
  rows.host = host->cpu;
  rows.threads = std::min(host->spec->cores.count, llm.threads ? llm.threads->count : host->spec->cores.count);
  auto& cpu = static_cast<HostCpuPlan&>(*builder.model().resources[host->cpu]);
  rows.job_class = static_cast<std::uint32_t>(cpu.classes.size());
  cpu.classes.push_back({.cap = rows.threads, .quota = rows.threads});
  note_cpu_class(builder, spec, rows.host, rows.job_class);
  return rows;
}

// The scheduler, where models have to be loaded.
std::optional<ResourceIndex> add_loader(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& llm = spec.as<LlmSpec>();
  if (!loads_models(llm)) {
    return std::nullopt;
  }
  auto& plan = builder.add(std::make_unique<ModelLoaderPlan>(), spec, "loader");
  plan.models = llm.models.size() + 1;
  plan.most_loaded = llm.max_loaded_models.value_or(3);
  plan.keep_alive = llm.keep_alive.value_or(Duration{300'000'000'000});
  plan.queue_limit = llm.max_queue.value_or(512);
  plan.refused = builder.error("server_busy");
  plan.relieved_by = "OLLAMA_MAX_LOADED_MODELS";
  builder.keeps_at(spec.name, plan.row);
  plan.member_attributes = builder.member_attributes(spec);
  return plan.row;
}

LlmRows add_hosted_rows(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& llm = spec.as<LlmSpec>();
  LlmRows rows;
  auto& plan = builder.add(std::make_unique<StationPlan>(), spec, "requests");
  plan.capacity = llm.slots ? static_cast<double>(*llm.slots) : ResourcePlan::kUnlimited;
  plan.member_attributes = builder.member_attributes(spec);
  rows.requests = plan.row;
  if (llm.rpm) {
    rows.rpm = add_bucket(spec, builder, "rpm", *llm.rpm, 1);
  }
  if (llm.tpm) {
    rows.tpm = add_bucket(spec, builder, "tpm", *llm.tpm, 0);
  }
  return rows;
}

LlmRows add_stepped_rows(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& llm = spec.as<LlmSpec>();
  LlmRows rows;
  auto& plan = builder.add(std::make_unique<TokenBatchPlan>(), spec, "requests");
  plan.capacity = static_cast<double>(llm.max_num_seqs.value_or(256));
  plan.budget = llm.max_num_batched_tokens.value_or(2048);
  plan.memory = llm.kv_tokens.value_or(plan.memory);
  plan.step = *llm.step_time;
  plan.prefill = llm.prefill_time.value_or(Duration{});
  plan.sequence = llm.decode_time.value_or(Duration{});
  plan.kv = llm.kv_time.value_or(Duration{});
  plan.too_long = builder.error("context_too_long");
  plan.refused = plan.too_long;
  plan.preempted = builder.mark(spec.name + ".preempted");
  plan.member_attributes = builder.member_attributes(spec);
  rows.requests = plan.row;
  return rows;
}

LlmRows add_batch_rows(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& llm = spec.as<LlmSpec>();
  LlmRows rows;
  auto& plan = builder.add(std::make_unique<BatchStationPlan>(), spec, "requests");
  plan.servers = llm.count.value_or(1);
  plan.max = *llm.max_batch_size;
  plan.capacity = static_cast<double>(plan.servers * plan.max);
  if (llm.max_queue_delay && llm.max_queue_delay->ns > 0) {
    plan.timeout = llm.max_queue_delay;
    plan.preferred = llm.preferred_batch_size;
  }
  plan.per_member = llm.item_time.value_or(Duration{});
  if (llm.max_queue_size.value_or(0) > 0) {
    plan.queue_limit = llm.max_queue_size;
  }
  plan.refused = builder.error("queue_full");
  plan.member_attributes = builder.member_attributes(spec);
  rows.requests = plan.row;
  return rows;
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  if (!check_llm_keys(spec, builder)) {
    return nullptr;
  }
  std::optional<LlmRows> rows;
  switch (spec.as<LlmSpec>().engine) {
    case LlmEngine::hosted:
      rows = add_hosted_rows(spec, builder);
      break;
    case LlmEngine::ollama:
      rows = add_local_rows(spec, builder);
      if (rows) {
        rows->loader = add_loader(spec, builder);
      }
      break;
    case LlmEngine::vllm:
      rows = add_stepped_rows(spec, builder);
      break;
    case LlmEngine::batch:
      rows = add_batch_rows(spec, builder);
      break;
  }
  return rows ? std::make_unique<BuiltLlm>(spec, *rows) : nullptr;
}

}  // namespace

const ResourceKind& llm_kind() {
  static const ResourceKind kind{
      "llm",
      "A language model: a provider's, behind rate limits, or one's own.",
      llm_fields,
      {"host", "in", "per"},
      build,
      {FaultIs::down, FaultIs::errors, FaultIs::killed, FaultIs::partition, FaultIs::restart, FaultIs::slow}};
  return kind;
}

}  // namespace loadstone
