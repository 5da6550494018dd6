// sim/spec/step_spec.hpp
//
// One step of a flow, validated: its verb, the verb's own fields, and the modifiers that any step may carry.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/spec/kinds.hpp"
#include "sim/spec/values.hpp"

namespace loadstone {

enum class BackoffShape : std::uint8_t { constant, exponential, decorrelated };
enum class Jitter : std::uint8_t { none, full, equal };

// How long to wait before another attempt (fidelity 10.1).
struct BackoffSpec {
  BackoffShape backoff = BackoffShape::exponential;
  TimeLaw base;
  std::optional<Duration> cap;
  Jitter jitter = Jitter::none;

  [[nodiscard]] static const FieldTable& fields();
};

struct RetrySpec {
  BackoffSpec pause;
  std::string max;                  // retries, not attempts; "unlimited"
  std::vector<std::string> errors;  // empty: any
  std::optional<Reference> budget;

  [[nodiscard]] static const FieldTable& fields();
};

enum class CancelPropagation : std::uint8_t { none, inline_, extra_connection };

struct Modifiers {
  std::optional<Condition> when;
  std::optional<Duration> timeout;
  CancelPropagation cancel_propagates = CancelPropagation::none;
  std::optional<RetrySpec> retry;
  std::vector<std::pair<std::string, std::vector<StepSpec>>> on_error;  // by error name, or "any"
  bool blocking = false;
  std::optional<Reference> fence;
  std::optional<std::string> name;
  std::optional<std::string> draw;

  [[nodiscard]] static const FieldTable& fields();
};

struct StepSpec {
  const StepKind* kind = nullptr;
  std::shared_ptr<void> data;  // of the kind's own type
  Modifiers modifiers;
  Place place;
  std::string path;  // "flows.converse.steps.2.do.0": its place in the flow, which names its draws

  template <class T>
  [[nodiscard]] const T& as() const {
    return *static_cast<const T*>(data.get());
  }
};

}  // namespace loadstone
