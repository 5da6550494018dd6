#include "sim/engine/scopes.hpp"

#include <algorithm>

#include "sim/engine/flow_watch.hpp"
#include "sim/engine/interpreter.hpp"
#include "sim/engine/retry_budget.hpp"
#include "sim/engine/simulation.hpp"

namespace loadstone {

// --- calls ------------------------------------------------------------------------------------------------------

Progress op_call(Simulation& simulation, Request& request, const Op& op) {
  Frame& frame = push_frame(request, op);
  frame.a = static_cast<std::int64_t>(request.pc - simulation.model().program.data());
  frame.b = simulation.now().ns;
  request.pc = &simulation.model().program[op.target];
  FlowStats& stats = simulation.flow_stats(static_cast<const CallPlan*>(op.plan)->flow);
  ++stats.run.offered;
  ++stats.run.started;
  if (simulation.is_sampled(simulation.now())) {
    ++stats.sample.offered;
    ++stats.sample.started;
    if (FlowWatch* watch = simulation.watch(); watch != nullptr) {
      watch->offered(stats, simulation.now());
    }
  }
  return Progress::next;
}

namespace {

void end_call(Simulation& simulation, const Frame& frame, ErrorId error) {
  FlowStats& stats = simulation.flow_stats(static_cast<const CallPlan*>(frame.op->plan)->flow);
  const std::int64_t took = simulation.now().ns - frame.b;
  ++(error != kNoError ? stats.run.failed : stats.run.completed);
  stats.completed_in_window += error == kNoError && simulation.is_sampled(simulation.now()) ? 1 : 0;
  const bool sampled = simulation.is_sampled(SimTime{frame.b});
  if (FlowWatch* watch = simulation.watch(); watch != nullptr) {
    watch->ended(stats, {.arrived = SimTime{frame.b}, .sampled = sampled, .failed = error != kNoError});
  }
  if (!sampled) {
    return;
  }
  if (error != kNoError) {
    ++stats.sample.failed;
    ++stats.errors[error];
    stats.failure.record(took);
  } else {
    ++stats.sample.completed;
    stats.latency.record(took);
  }
}

}  // namespace

bool unwind_call(Simulation& simulation, Request& request, const Op&, const Frame& frame) {
  end_call(simulation, frame, request.error);
  return false;
}

Progress op_return(Simulation& simulation, Request& request, const Op& op) {
  while (!request.frames.empty() && !called_flow(*request.frames.back().op)) {  // a scope round all of the request
    if (op_scope_end(simulation, request, op) == Progress::done) {
      return Progress::done;
    }
  }
  if (request.frames.empty()) {
    while (!request.holds.empty()) {
      simulation.release_hold(request, request.holds.size() - 1);
    }
    simulation.finish(request);
    return Progress::done;
  }
  const Frame frame = pop_frame(simulation, request);
  end_call(simulation, frame, kNoError);
  keep_holds(request);
  request.pc = simulation.model().program.data() + frame.a;
  return op_served(simulation, request, op);
}

Progress op_jump(Simulation& simulation, Request& request, const Op& op) {
  request.pc = &simulation.model().program[op.target];
  return Progress::next;
}

std::optional<FlowId> called_flow(const Op& op) {
  return op.unwind == &unwind_call ? std::optional<FlowId>(static_cast<const CallPlan*>(op.plan)->flow) : std::nullopt;
}

// --- conditions -------------------------------------------------------------------------------------------------

Progress op_unless(Simulation& simulation, Request& request, const Op& op) {
  if (!static_cast<const CompiledCondition*>(op.plan)->holds(request.attributes)) {
    request.pc = &simulation.model().program[op.target];
  }
  return Progress::next;
}

// --- retries ----------------------------------------------------------------------------------------------------

double Backoff::pause_ns(const Simulation& simulation, const Request& request, Key site, std::int64_t n,
                         double previous_ns) const {
  const double first = simulation.sample(base, request, site);
  const double draw = simulation.settings().expected_values ? 0.5 : uniform(draw_of(request.draws, ~site, 0));
  double pause = first;
  if (kind == BackoffKind::exponential) {
    pause = first * static_cast<double>(std::uint64_t{1} << std::min<std::int64_t>(n - 1, 60));
  } else if (kind == BackoffKind::decorrelated) {
    return std::min(cap_ns, n == 1 ? first : first + draw * (3 * previous_ns - first));
  }
  pause = std::min(pause, cap_ns);
  return jitter == JitterKind::full ? draw * pause : jitter == JitterKind::equal ? pause / 2 + draw * pause / 2 : pause;
}

Progress op_retry_begin(Simulation& simulation, Request& request, const Op& op) {
  if (const auto& budget = static_cast<const RetryPlan*>(op.plan)->budget) {
    simulation.resource<RetryBudget>(*budget).begin(request);
  }
  push_frame(request, op);
  ++request.pc;  // no pause before the first attempt
  return Progress::next;
}

Progress op_retry_end(Simulation& simulation, Request& request, const Op& op) {
  const Frame& frame = request.frames.back();
  if (const auto& budget = static_cast<const RetryPlan*>(frame.op->plan)->budget) {
    simulation.resource<RetryBudget>(*budget).end(request, frame.a > 0, Attempt::well);
  }
  return op_scope_end(simulation, request, op);
}

bool unwind_retry(Simulation& simulation, Request& request, const Op& op, const Frame& frame) {
  const auto& plan = *static_cast<const RetryPlan*>(op.plan);
  const bool matches =
      plan.errors.empty() || std::find(plan.errors.begin(), plan.errors.end(), request.error) != plan.errors.end();
  const bool given_up = passes_by(request);
  if (plan.budget) {
    simulation.resource<RetryBudget>(*plan.budget)
        .end(request, frame.a > 0, given_up || !matches ? Attempt::other : Attempt::failed);
  }
  if (given_up || !matches || frame.a >= plan.max) {
    return false;
  }
  if (plan.budget && !simulation.resource<RetryBudget>(*plan.budget).allow(request)) {
    return false;
  }
  request.error = kNoError;
  Frame& again = push_frame(request, op);
  again.a = frame.a + 1;
  again.saved_draws = frame.saved_draws;
  request.draws = combine(frame.saved_draws, op.site + static_cast<std::uint64_t>(again.a));
  again.b = static_cast<std::int64_t>(
      plan.backoff.pause_ns(simulation, request, op.site, again.a, static_cast<double>(frame.b)) + 0.5);
  request.pc = &op + 1;
  return true;
}

Progress op_retry_pause(Simulation& simulation, Request& request, const Op&) {
  const std::int64_t pause = request.frames.back().b;
  simulation.wake_at(request, simulation.now() + Duration{pause}, Phase::wake);
  return Progress::waits;
}

// --- error handlers ---------------------------------------------------------------------------------------------

Progress op_on_error_begin(Simulation&, Request& request, const Op& op) {
  push_frame(request, op);
  return Progress::next;
}

bool unwind_on_error(Simulation& simulation, Request& request, const Op& op, const Frame&) {
  for (const HandlersPlan::Handler& handler : static_cast<const HandlersPlan*>(op.plan)->handlers) {
    if (handler.error == kNoError || handler.error == request.error) {
      request.error = kNoError;
      request.pc = &simulation.model().program[handler.entry];
      return true;
    }
  }
  return false;
}

// --- ends -------------------------------------------------------------------------------------------------------

Progress op_fail(Simulation&, Request& request, const Op& op) {
  request.error = static_cast<const FailPlan*>(op.plan)->error;
  return Progress::next;
}

Progress op_mark(Simulation& simulation, Request&, const Op& op) {
  simulation.count_mark(op.target);
  return Progress::next;
}

}  // namespace loadstone
