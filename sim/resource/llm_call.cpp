#include "sim/resource/llm_call.hpp"

#include <algorithm>
#include <cmath>

#include "sim/engine/interpreter.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/primitive/account.hpp"
#include "sim/primitive/batch_station.hpp"
#include "sim/primitive/bucket.hpp"
#include "sim/primitive/host_cpu.hpp"
#include "sim/primitive/station.hpp"
#include "sim/primitive/token_batch.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

// Of the frame: a counts retries, and attempts that had begun to generate above; b is the provider's retry-after, then
// the pause (ns).
constexpr std::int64_t kGeneration = std::int64_t{1} << 32;

const LlmCallPlan& plan_of(const Op& op) {
  return *static_cast<const LlmCallPlan*>(op.plan);
}

struct Tokens {
  double input = 0;
  double output = 0;
};

Tokens tokens_of(const Simulation& simulation, const Request& request, const LlmCallPlan& plan) {
  const auto whole = [&](double count) {
    return std::max(0.0, simulation.settings().expected_values ? count : std::floor(count + 0.5));
  };
  return {whole(plan.input.value(simulation, request, plan.input_site)),
          std::min(plan.max_tokens, whole(plan.output.value(simulation, request, plan.output_site)))};
}

Progress op_begin(Simulation&, Request& request, const Op& op) {
  push_frame(request, op);
  ++request.pc;  // no pause before the first attempt
  return Progress::next;
}

Progress op_pause(Simulation& simulation, Request& request, const Op&) {
  simulation.wake_at(request, simulation.now() + Duration{request.frames.back().b}, Phase::wake);
  return Progress::waits;
}

// What the SDKs of OpenAI and Anthropic wait before retry n = 0, 1, ... (fidelity 6.1).
std::int64_t pause_ns(const Simulation& simulation, const Request& request, const LlmCallPlan& plan, std::int64_t n,
                      std::int64_t retry_after_ns) {
  constexpr std::int64_t kLongestRetryAfter = 60'000'000'000;
  if (retry_after_ns > 0 && retry_after_ns <= kLongestRetryAfter) {
    return retry_after_ns;
  }
  constexpr double kFirst = 0.5e9;
  constexpr double kCap = 8e9;
  const double pause = std::min(kFirst * static_cast<double>(std::int64_t{1} << std::min<std::int64_t>(n, 10)), kCap);
  const Key site = combine(plan.backoff_site, static_cast<std::uint64_t>(n));
  const double u = simulation.settings().expected_values ? 0.5 : uniform(draw_of(request.draws, site, 0));
  return whole_ns(pause * (1 - 0.25 * u)).ns;
}

bool unwind_call_attempt(Simulation& simulation, Request& request, const Op& op, const Frame& frame) {
  const LlmCallPlan& plan = plan_of(op);
  const bool late = request.error == plan.timed_out;
  const bool rejected = request.error == plan.limited || request.error == plan.busy;
  const bool broken = std::find(plan.broken.begin(), plan.broken.end(), request.error) != plan.broken.end();
  const std::int64_t retries = frame.a % kGeneration;
  if (!(late || rejected || broken) || retries >= plan.max_retries) {
    return false;
  }
  const std::int64_t retry_after = request.error == plan.limited ? frame.b : 0;
  request.error = kNoError;
  Frame& again = push_frame(request, op);
  again.saved_draws = frame.saved_draws;
  again.a = frame.a + 1 + (rejected ? 0 : kGeneration);
  again.b = pause_ns(simulation, request, plan, retries, retry_after);
  if (const std::int64_t generations = again.a / kGeneration; generations > 0) {
    request.draws = combine(frame.saved_draws, op.site + static_cast<std::uint64_t>(generations));
  }
  request.pc = &op + 1;
  return true;
}

std::int64_t price_of(const LlmCallPlan& plan, double input, double output) {
  return whole_ns(input * plan.input_nano_usd + output * plan.output_nano_usd).ns;
}

// The frame: a is what was set aside.
Progress op_reserve(Simulation& simulation, Request& request, const Op& op) {
  const LlmCallPlan& plan = plan_of(op);
  const std::int64_t most = price_of(plan, tokens_of(simulation, request, plan).input, plan.max_tokens);
  if (!simulation.resource<Account>(*plan.account).reserve(request, most)) {
    request.error = plan.over_budget;
    return Progress::next;
  }
  push_frame(request, op).a = most;
  return Progress::next;
}

bool unwind_reserve(Simulation& simulation, Request& request, const Op& op, const Frame& frame) {
  simulation.resource<Account>(*plan_of(op).account).settle(request, frame.a, 0);
  return false;
}

// Both buckets are asked, requests first: an attempt that the tokens reject has used up a request.
Progress op_admit(Simulation& simulation, Request& request, const Op& op) {
  const LlmCallPlan& plan = plan_of(op);
  if (plan.account && !plan.reserves && simulation.resource<Account>(*plan.account).is_spent(request)) {
    request.error = plan.over_budget;
    return Progress::next;
  }
  std::optional<Duration> retry_after;
  if (plan.rpm) {
    retry_after = simulation.resource<Bucket>(*plan.rpm).try_take(request, 1);
  }
  if (plan.tpm && !retry_after) {
    const Tokens tokens = tokens_of(simulation, request, plan);
    const double reserved = plan.max_tokens < 1e18 ? std::max(tokens.output, plan.max_tokens) : tokens.output;
    retry_after = simulation.resource<Bucket>(*plan.tpm).try_take(request, tokens.input + reserved);
  }
  if (retry_after) {
    Frame& call = request.frames[request.frames.size() - 1 - (plan.timeout ? 1 : 0) - (plan.reserves ? 1 : 0)];
    call.b = retry_after->ns;
    request.error = plan.limited;
  }
  return Progress::next;
}

Progress op_generate(Simulation& simulation, Request& request, const Op& op) {
  const LlmCallPlan& plan = plan_of(op);
  const double further = std::max(0.0, tokens_of(simulation, request, plan).output - 1);
  const double ns = plan.ttft.value(simulation, request, plan.ttft_site) +
                    further * plan.itl.value(simulation, request, plan.itl_site);
  return simulation.resource<Station>(plan.requests).visit(request, whole_ns(std::max(0.0, ns)));
}

Progress op_compute(Simulation& simulation, Request& request, const Op& op) {
  const LlmCallPlan& plan = plan_of(op);
  const Tokens tokens = tokens_of(simulation, request, plan);
  const double work = tokens.input * plan.input_core_ns + tokens.output * plan.output_core_ns;
  return simulation.resource<HostCpu>(plan.host).execute(request, 0, plan.job_class, whole_ns(work));
}

// The batch draws its time for each request, and goes by that of its first.
Progress op_join_batch(Simulation& simulation, Request& request, const Op& op) {
  const LlmCallPlan& plan = plan_of(op);
  return simulation.resource<BatchStation>(plan.requests)
      .visit(request, plan.ttft.duration(simulation, request, plan.ttft_site));
}

Progress op_step(Simulation& simulation, Request& request, const Op& op) {
  const LlmCallPlan& plan = plan_of(op);
  const Tokens tokens = tokens_of(simulation, request, plan);
  return simulation.resource<TokenBatch>(plan.requests)
      .generate(request, whole_ns(tokens.input).ns, whole_ns(tokens.output).ns);
}

Progress op_pay(Simulation& simulation, Request& request, const Op& op) {
  const LlmCallPlan& plan = plan_of(op);
  const Tokens tokens = tokens_of(simulation, request, plan);
  const std::int64_t price = price_of(plan, tokens.input, tokens.output);
  simulation.spend(request, price);
  if (plan.reserves) {
    const Frame frame = pop_frame(simulation, request);
    simulation.resource<Account>(*plan.account).settle(request, frame.a, price);
    keep_holds(request);
  } else if (plan.account) {
    simulation.resource<Account>(*plan.account).charge(request, price);
  }
  return Progress::next;
}

template <class Generate>
void emit_call(Lowerer& lowerer, const ResourceSpec& llm, LlmCallPlan plan, Generate generate) {
  plan.input_site = lowerer.site("llm.input_tokens");
  plan.output_site = lowerer.site("llm.output_tokens");
  plan.ttft_site = lowerer.site("llm.ttft");
  plan.itl_site = lowerer.site("llm.itl");
  plan.backoff_site = lowerer.site("llm.backoff");
  plan.limited = lowerer.builder().error("rate_limited_429", "Rate limit reached (HTTP 429)");
  plan.busy = lowerer.builder().error("server_busy",
                                      "server busy, please try again.  maximum pending requests exceeded (HTTP 503)");
  plan.timed_out = lowerer.builder().error("llm_timeout", "Request timed out.");
  plan.over_budget = lowerer.builder().error("budget_exceeded", "Budget has been exceeded");
  if (const OutagePlan* outage = lowerer.builder().outage_of(llm.name)) {
    plan.broken = {outage->unavailable, outage->server_error, outage->connection_lost};
  }
  const LlmCallPlan* kept = lowerer.builder().keep(plan);
  lowerer.emit({.execute = &op_begin, .unwind = &unwind_call_attempt, .plan = kept}, "llm");
  lowerer.emit({.execute = &op_pause});
  if (plan.timeout) {
    const TimeoutPlan timeout{
        .after = *plan.timeout, .error = plan.timed_out, .remote = false, .propagates = plan.notices_abort};
    lowerer.emit({.execute = &op_timeout_begin, .plan = lowerer.builder().keep(timeout)});
  }
  if (plan.reserves) {
    lowerer.emit({.execute = &op_reserve, .unwind = &unwind_reserve, .plan = kept, .told = true});
  }
  {
    const Lowerer::At at(lowerer, llm, "call");
    lowerer.emit({.execute = &op_admit, .plan = kept});
    const std::uint32_t first = lowerer.here();
    generate(kept);
    lowerer.emit({.execute = &op_pay, .plan = kept});
    lowerer.served_since(first);
  }
  if (plan.timeout) {
    lowerer.emit({.execute = &op_scope_end});
  }
  lowerer.emit({.execute = &op_scope_end});
}

}  // namespace

void emit_hosted_call(Lowerer& lowerer, const ResourceSpec& llm, LlmCallPlan plan) {
  emit_call(lowerer, llm, std::move(plan),
            [&](const LlmCallPlan* kept) { lowerer.emit({.execute = &op_generate, .plan = kept}); });
}

void emit_local_call(Lowerer& lowerer, const ResourceSpec& llm, LlmCallPlan plan) {
  emit_call(lowerer, llm, std::move(plan), [&](const LlmCallPlan* kept) {
    emit_model_begin(lowerer, kept->load);
    emit_acquire(lowerer, kept->requests);
    lowerer.emit({.execute = &op_compute, .plan = kept});
    emit_release(lowerer, kept->requests);
    emit_model_end(lowerer, kept->load);
  });
}

void emit_stepped_call(Lowerer& lowerer, const ResourceSpec& llm, LlmCallPlan plan) {
  emit_call(lowerer, llm, std::move(plan),
            [&](const LlmCallPlan* kept) { lowerer.emit({.execute = &op_step, .plan = kept}); });
}

void emit_batched_call(Lowerer& lowerer, const ResourceSpec& llm, LlmCallPlan plan) {
  emit_call(lowerer, llm, std::move(plan),
            [&](const LlmCallPlan* kept) { lowerer.emit({.execute = &op_join_batch, .plan = kept}); });
}

}  // namespace loadstone
