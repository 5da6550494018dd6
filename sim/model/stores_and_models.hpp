// sim/model/stores_and_models.hpp
//
// Further capabilities of built resources (see built_resource.hpp): what holds a stock, carries bytes, takes messages,
// or generates text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "sim/engine/resource.hpp"
#include "sim/spec/values.hpp"

namespace loadstone {

class Lowerer;

// One call of a language model.
struct LlmCall {
  std::optional<std::string> model;
  CountLaw input_tokens;
  CountLaw output_tokens;
  std::optional<std::int64_t> max_tokens;
  std::optional<Reference> charge;        // the account that pays
  bool reserve = false;                   // sets aside what the call can cost at most before it is made
  std::optional<std::string> soft_model;  // what is called once the account is over its `soft` limit
};

// `llm`: generates text.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  virtual void lower_llm(Lowerer& lowerer, const LlmCall& call) = 0;
};

// What is put into an account, in entries or by size.
struct PutWork {
  std::optional<CountLaw> count;
  std::optional<SizeLaw> size;
  std::optional<Duration> ttl;
};

// How an account is emptied of what is due.
struct ReapWork {
  std::int64_t batch = 1;
  TimeLaw row_time;
  Duration pause;
  std::optional<Reference> pool;
};

// `put`, `take`, `reap`, and `charge` of an llm: a level that outlives requests.
class Stock {
 public:
  virtual ~Stock() = default;
  virtual void lower_put(Lowerer& lowerer, const PutWork& work) = 0;
  virtual void lower_take(Lowerer& lowerer, const CountLaw& count) = 0;
  virtual void lower_reap(Lowerer& lowerer, const ReapWork& work) = 0;
  // The row, if it counts nano-dollars; nothing otherwise.
  [[nodiscard]] virtual std::optional<ResourceIndex> dollars() const = 0;
};

// `transfer`: moves bytes.
class Carrier {
 public:
  virtual ~Carrier() = default;
  // Over this and, at the same time, over `others`.
  virtual void lower_transfer(Lowerer& lowerer, std::span<Carrier* const> others, const SizeLaw& bytes) = 0;
};

// Takes messages: a queue.
class Publishable {
 public:
  virtual ~Publishable() = default;
  // `flow`: what is run for the message; absent: what the worker runs that takes it.
  virtual void lower_publish(Lowerer& lowerer, const std::optional<Reference>& flow,
                             const std::optional<SizeLaw>& bytes) = 0;
};

}  // namespace loadstone
