// sim/resource/llm_call.hpp
//
// What one call of a language model becomes: an attempt that is admitted, generates and is paid for, inside the SDK's
// retries and its timeout.
//
// Order.  begin, [pause], [timeout, [reserve], admit, generate, pay]. A rejected attempt (429, 503), one that timed
//         out and one that a fault of the model fails (a 5xx, a broken connection) are tried again. All but the
//         rejected draw anew: their tokens, and whether the next attempt fails by a fault.
// Cost.   An attempt that times out goes on without its client (unless the engine notices) and is paid for.
#pragma once

#include "sim/model/lowerer.hpp"
#include "sim/resource/model_load.hpp"

namespace loadstone {

struct LlmCallPlan {
  // what is asked
  Drawn input;
  Drawn output;
  double max_tokens = 1e18;
  Key input_site = 0;
  Key output_site = 0;
  // admission
  std::optional<ResourceIndex> rpm;
  std::optional<ResourceIndex> tpm;
  std::optional<ResourceIndex> account;
  bool reserves = false;  // sets aside on the account what the call can cost at most
  ErrorId limited = kNoError;
  ErrorId busy = kNoError;
  std::vector<ErrorId> broken;  // what a fault of the model fails it with
  ErrorId over_budget = kNoError;
  // time: where requests are served (a provider's, a batch's), or slots before the cores of a host
  ResourceIndex requests = 0;
  Drawn ttft;  // batch: the time of a batch
  Drawn itl;
  Key ttft_site = 0;
  Key itl_site = 0;
  ResourceIndex host = 0;
  std::uint32_t job_class = 0;
  double input_core_ns = 0;  // of a token
  double output_core_ns = 0;
  ModelLoad load;
  // money
  double input_nano_usd = 0;  // of a token
  double output_nano_usd = 0;
  // the SDK
  std::int64_t max_retries = 0;
  std::optional<Duration> timeout;
  bool notices_abort = false;  // the engine stops when its client goes
  ErrorId timed_out = kNoError;
  Key backoff_site = 0;
};

// A provider's latency does not depend on the load.
void emit_hosted_call(Lowerer& lowerer, const ResourceSpec& llm, LlmCallPlan plan);
// The model is loaded, then one of its slots is taken, then CPU on the host.
void emit_local_call(Lowerer& lowerer, const ResourceSpec& llm, LlmCallPlan plan);
// Steps of a running batch: `requests` is a TokenBatch.
void emit_stepped_call(Lowerer& lowerer, const ResourceSpec& llm, LlmCallPlan plan);
// Batches that start and end together: `requests` is a BatchStation.
void emit_batched_call(Lowerer& lowerer, const ResourceSpec& llm, LlmCallPlan plan);

}  // namespace loadstone
