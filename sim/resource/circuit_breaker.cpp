// A circuit breaker: keeps calls from what has failed too often, with the keys of resilience4j.
#include <algorithm>

#include "sim/engine/interpreter.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/model/lowerer.hpp"
#include "sim/primitive/breaker.hpp"
#include "sim/resource/kinds.hpp"

namespace loadstone {

namespace {

struct CircuitBreakerSpec {
  BreakerRules rules;
  std::vector<std::string> ignored;
};

const FieldTable& rules_fields() {
  constexpr Bounds kPercent{.min = 1, .max = 100};
  constexpr Bounds kCalls{.min = 1, .max = 1e6};
  static const FieldTable table =
      FieldTable::of<BreakerRules>()
          .field("failureRateThreshold", &BreakerRules::failure_percent,
                 "Percent of the calls in the window that failed, at which it opens.",
                 {.default_text = "50", .bounds = kPercent, .grade = "S"})
          .field("slowCallRateThreshold", &BreakerRules::slow_percent,
                 "Percent of the calls that were slow, at which it opens.",
                 {.default_text = "100", .bounds = kPercent, .grade = "S"})
          .field("slowCallDurationThreshold", &BreakerRules::slow_after, "A longer call is slow.",
                 {.default_text = "60s", .bounds = {.native_unit = "ms", .above_min = true}, .grade = "S"})
          .field("slidingWindowSize", &BreakerRules::window, "Calls whose results it keeps while it is closed.",
                 {.default_text = "100", .bounds = kCalls, .grade = "S"})
          .field("minimumNumberOfCalls", &BreakerRules::minimum,
                 "Calls in the window before a rate counts; at most the window's size.",
                 {.default_text = "100", .bounds = kCalls, .grade = "S"})
          .field("waitDurationInOpenState", &BreakerRules::wait, "How long it lets nobody pass.",
                 {.default_text = "60s", .bounds = {.native_unit = "ms", .above_min = true}, .grade = "S"})
          .field("permittedNumberOfCallsInHalfOpenState", &BreakerRules::probes,
                 "Calls that it then lets pass, to decide.", {.default_text = "10", .bounds = kCalls, .grade = "S"});
  return table;
}

const FieldTable& fields() {
  static const FieldTable table = FieldTable::of<CircuitBreakerSpec>()
                                      .embed(&CircuitBreakerSpec::rules, rules_fields())
                                      .field("ignoreExceptions", &CircuitBreakerSpec::ignored,
                                             "Errors that say nothing about what is behind it.", {.optional = true});
  return table;
}

struct GuardPlan {
  ResourceIndex breaker = 0;
  ErrorId open = kNoError;
};

const GuardPlan& plan_of(const Op& op) {
  return *static_cast<const GuardPlan*>(op.plan);
}

// The frame keeps who let the request pass, and when.
Progress op_guard(Simulation& simulation, Request& request, const Op& op) {
  Member* member = simulation.resource<Breaker>(plan_of(op).breaker).permit(request);
  if (member == nullptr) {
    request.error = plan_of(op).open;
    return Progress::next;
  }
  Frame& frame = push_frame(request, op);
  frame.a = simulation.now().ns;
  frame.b = reinterpret_cast<std::int64_t>(member);
  return Progress::next;
}

bool unwind_guard(Simulation& simulation, Request& request, const Op& op, const Frame& frame) {
  auto& breaker = simulation.resource<Breaker>(plan_of(op).breaker);
  Member& member = *reinterpret_cast<Member*>(frame.b);
  if (passes_by(request)) {
    breaker.withdraw(member);
  } else {
    breaker.record(member, SimTime{frame.a}, request.error);
  }
  return false;
}

Progress op_guard_end(Simulation& simulation, Request& request, const Op& op) {
  const Frame& frame = request.frames.back();
  simulation.resource<Breaker>(plan_of(*frame.op).breaker)
      .record(*reinterpret_cast<Member*>(frame.b), SimTime{frame.a}, kNoError);
  return op_scope_end(simulation, request, op);
}

class BuiltCircuitBreaker final : public BuiltResource, public Guard {
 public:
  BuiltCircuitBreaker(const ResourceSpec& resource_spec, const GuardPlan& plan)
      : BuiltResource(resource_spec), plan_(plan) {}
  void lower_guard(Lowerer& lowerer) override {
    lowerer.emit({.execute = &op_guard, .unwind = &unwind_guard, .plan = lowerer.builder().keep(plan_), .told = true});
  }
  void lower_guard_end(Lowerer& lowerer) override { lowerer.emit({.execute = &op_guard_end}); }

 private:
  GuardPlan plan_;
};

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& breaker = spec.as<CircuitBreakerSpec>();
  auto& plan = builder.add(std::make_unique<BreakerPlan>(), spec);
  plan.rules = breaker.rules;
  plan.rules.minimum = std::min(plan.rules.minimum, plan.rules.window);
  for (const std::string& name : breaker.ignored) {
    plan.ignored.push_back(builder.error(name));
  }
  plan.opened = builder.mark(spec.name + ".opened");
  plan.member_attributes = builder.member_attributes(spec);
  plan.refused = builder.error(
      "circuit_open", "CircuitBreaker '" + spec.name + "' is OPEN and does not permit further calls", spec.name);
  return std::make_unique<BuiltCircuitBreaker>(spec, GuardPlan{plan.row, plan.refused});
}

}  // namespace

const ResourceKind& circuit_breaker_kind() {
  static const ResourceKind kind{
      "circuit_breaker", "Keeps calls from what has failed too often.", fields, {"in", "per"}, build};
  return kind;
}

}  // namespace loadstone
