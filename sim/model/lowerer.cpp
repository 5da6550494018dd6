#include "sim/model/lowerer.hpp"

#include <algorithm>

#include "sim/engine/outages.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/model/conditions.hpp"
#include "sim/model/retry.hpp"

namespace loadstone {

Lowerer::Lowerer(ModelBuilder& builder, const FlowSpec& flow, BuiltResource* service)
    : builder_(builder), flow_(flow), service_(service), runner_(dynamic_cast<Runner*>(service)) {}

std::uint32_t Lowerer::emit(Op op, std::string_view what) {
  if (!what.empty()) {
    op.site = site(what);
  }
  builder_.model().program.push_back(op);
  return here() - 1;
}

std::uint32_t Lowerer::here() const {
  return static_cast<std::uint32_t>(builder_.model().program.size());
}

void Lowerer::land(std::uint32_t op) {
  builder_.model().program[op].target = here();
}

void Lowerer::served_since(std::uint32_t first) {
  if (first < here()) {
    builder_.model().served.emplace_back(first, here() - 1);
    emit({.execute = &op_served});
  }
}

Lowerer::At::At(Lowerer& lowerer, const ResourceSpec& resource, std::string_view what)
    : lowerer_(lowerer), outage_(lowerer.builder_.outage_of(resource.name)), first_(lowerer.here()) {
  if (outage_ != nullptr) {
    lowerer.emit({.execute = &op_reach, .target = *lowerer.builder_.outage_id(resource.name)},
                 "fault." + resource.name + "." + std::string(what));
  }
}

Lowerer::At::~At() {
  if (outage_ != nullptr) {
    outage_->inside.emplace_back(first_, lowerer_.here() - 1);
  }
}

void CommandServer::lower_command(Lowerer& lowerer, double commands, std::string_view what) {
  const std::uint32_t first = lowerer.here();
  lower_request(lowerer, commands, what);
  lowerer.served_since(first);
  lower_reply(lowerer, what);
}

Key Lowerer::site(std::string_view what) const {
  Key place = hash_text(flow_.name);
  if (step_ != nullptr) {
    place = hash_text(step_->modifiers.draw ? *step_->modifiers.draw : step_->path);
  }
  return combine(place, hash_text(what));
}

void Lowerer::error(const std::string& message, std::vector<std::string> notes) {
  diagnostics().error(place(), "flow '" + flow_.name + "': " + message, std::move(notes));
}

Drawn Lowerer::drawn(const Law& law) {
  if (law.attribute.empty()) {
    return {law.distribution, -1};
  }
  if (builder_.attribute_types().find(law.attribute) == builder_.attribute_types().end()) {
    std::vector<std::string_view> known;
    for (const auto& [name, type] : builder_.attribute_types()) {
      known.push_back(name);
    }
    error("unknown attribute '$request." + law.attribute + "'", choices(law.attribute, known));
    return {};
  }
  return {{}, builder_.attribute(law.attribute)};
}

void Lowerer::give_back(const BuiltResource* resource, const Reference& written) {
  const auto latest = std::find(taken_.rbegin(), taken_.rend(), resource);
  if (latest == taken_.rend()) {
    builder_.note_foreign_release(flow_, written);
  } else {
    taken_.erase(std::next(latest).base());
  }
}

void Lowerer::merge_taken(const Taken& other) {
  Taken both;
  Taken rest = other;
  for (const BuiltResource* resource : taken_) {
    const auto same = std::find(rest.begin(), rest.end(), resource);
    if (same != rest.end()) {
      rest.erase(same);
      both.push_back(resource);
    }
  }
  taken_ = std::move(both);
}

void Lowerer::lower_steps(std::span<const StepSpec> steps, bool at_end) {
  const bool tail = at_end || step_ == nullptr;  // the flow's own list
  for (const StepSpec& step : steps) {
    const StepSpec* outer = step_;
    step_ = &step;
    tail_ = tail && &step == &steps.back();
    lower_step(step);
    step_ = outer;
  }
  tail_ = false;
}

Backoff lower_backoff(const BackoffSpec& spec) {
  Backoff backoff;
  backoff.kind = static_cast<BackoffKind>(spec.backoff);
  backoff.jitter = static_cast<JitterKind>(spec.jitter);
  backoff.base = spec.base.distribution;
  if (spec.cap) {
    backoff.cap_ns = static_cast<double>(spec.cap->ns);
  }
  return backoff;
}

RetryPlan lower_retry(const RetrySpec& spec, ModelBuilder& builder,
                      const std::function<void(const std::string&)>& complain) {
  RetryPlan plan;
  plan.max = INT64_MAX;
  if (spec.max != "unlimited") {
    const auto parsed = parse_quantity(spec.max);
    const auto* quantity = std::get_if<Quantity>(&parsed);
    if (quantity == nullptr || quantity->dim != kNumber || quantity->value < 0 || quantity->exact.denominator != 1) {
      complain("retry: 'max' must be a number of retries or 'unlimited', got '" + spec.max + "'");
    } else {
      plan.max = quantity->exact.numerator;
    }
  }
  for (const std::string& name : spec.errors) {
    if (name != "any") {
      plan.errors.push_back(builder.error(name));
    }
  }
  plan.backoff = lower_backoff(spec.pause);
  return plan;
}

void Lowerer::lower_step(const StepSpec& step) {
  const Modifiers& m = step.modifiers;
  tail_ = tail_ && !m.timeout && !m.retry && m.on_error.empty() && !m.blocking && !m.fence;
  std::uint32_t unless = 0;
  if (m.when) {
    const CompiledCondition* condition = compile_condition(builder_, *m.when);
    unless = emit({.execute = &op_unless, .plan = condition});
  }
  const Taken before = taken_;
  lower_handled(step);
  if (m.when) {
    merge_taken(before);
    land(unless);
  }
}

// on_error round retry round timeout round blocking round the verb.
void Lowerer::lower_handled(const StepSpec& step) {
  if (step.modifiers.on_error.empty()) {
    lower_retried(step);
    return;
  }
  const std::uint32_t begin = emit({.execute = &op_on_error_begin, .unwind = &unwind_on_error});
  const Taken before = taken_;
  lower_retried(step);
  Taken after = taken_;
  emit({.execute = &op_scope_end});
  std::vector<std::uint32_t> ends{emit({.execute = &op_jump})};
  HandlersPlan plan;
  for (const auto& [name, steps] : step.modifiers.on_error) {
    plan.handlers.push_back({name == "any" ? kNoError : builder_.error(name), here()});
    set_taken(before);
    lower_steps(steps);
    merge_taken(after);
    after = taken_;
    ends.push_back(emit({.execute = &op_jump}));
  }
  builder_.model().program[begin].plan = builder_.keep(std::move(plan));
  for (const std::uint32_t end : ends) {
    land(end);
  }
}

void Lowerer::lower_retried(const StepSpec& step) {
  if (!step.modifiers.retry) {
    lower_timed(step);
    return;
  }
  RetryPlan plan = lower_retry(*step.modifiers.retry, builder_, [&](const std::string& what) { error(what); });
  if (const auto& budget = step.modifiers.retry->budget) {
    const auto* limited = builder_.resource_that_can<RetryLimiting>(*budget, "limit retries");
    plan.budget = limited == nullptr ? std::nullopt : std::optional(limited->budget());
  }
  const bool told = plan.budget.has_value();
  emit({.execute = &op_retry_begin, .unwind = &unwind_retry, .plan = builder_.keep(std::move(plan)), .told = told},
       "retry");
  emit({.execute = &op_retry_pause});
  lower_timed(step);
  emit({.execute = &op_retry_end});
}

void Lowerer::lower_timed(const StepSpec& step) {
  const Modifiers& m = step.modifiers;
  if (m.timeout) {
    emit({.execute = &op_timeout_begin,
          .plan = builder_.keep(TimeoutPlan{.after = *m.timeout,
                                            .error = builder_.error("timeout"),
                                            .remote = false,
                                            .propagates = m.cancel_propagates != CancelPropagation::none})});
  }
  if (m.blocking) {
    if (runner_ == nullptr) {
      error("'blocking' needs a flow that runs in a service");
    } else {
      runner_->lower_block(*this);
    }
  }
  step.kind->lower(step, *this);
  if (m.fence) {
    if (auto* lock = builder_.resource_that_can<Lockable>(*m.fence, "be locked")) {
      lock->lower_fence(*this);
    }
  }
  if (m.blocking && runner_ != nullptr) {
    runner_->lower_unblock(*this);
  }
  if (m.timeout) {
    emit({.execute = &op_scope_end});
  }
}

}  // namespace loadstone
