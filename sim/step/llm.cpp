// llm: one call of a language model.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Llm {
  Reference provider;
  LlmCall call;
};

const FieldTable& call_fields() {
  static const FieldTable table =
      FieldTable::of<LlmCall>()
          .field("model", &LlmCall::model, "One of the provider's `models`.")
          .field("input_tokens", &LlmCall::input_tokens, "Tokens of the prompt.")
          .field("output_tokens", &LlmCall::output_tokens, "Tokens that are generated.")
          .field("max_tokens", &LlmCall::max_tokens, "Longest answer, instead of the provider's own.",
                 {.bounds = {.min = 1}})
          .field("charge", &LlmCall::charge,
                 "An account in dollars that pays. A call that finds it used up fails with `budget_exceeded`.")
          .field("reserve", &LlmCall::reserve,
                 "Sets aside what the call can cost at most, and gives back what it did not: no call overdraws the "
                 "account.",
                 {.default_text = "false"})
          .field("soft_model", &LlmCall::soft_model,
                 "One of the provider's `models`, called once the account is at its `soft` limit.");
  return table;
}

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<Llm>().field("provider", &Llm::provider, "The language model.").embed(&Llm::call, call_fields());
  return table;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& llm = step.as<Llm>();
  if (auto* model = lowerer.builder().resource_that_can<LanguageModel>(llm.provider, "generate text")) {
    model->lower_llm(lowerer, llm.call);
  }
}

}  // namespace

const StepKind& llm_step() {
  static const StepKind kind{"llm", "Calls a language model.", fields, "", lower};
  return kind;
}

}  // namespace loadstone
