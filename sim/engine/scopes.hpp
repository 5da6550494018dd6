// sim/engine/scopes.hpp
//
// The operations of control: calls and returns, conditions, and the scopes of a step's modifiers.
//
// Timeout. Ends a wait that is the client's own (a line, a pause). What already runs goes on without its client, unless
//          the cancel propagates: the request is split at the scope, the part inside becomes an orphan that keeps what
//          it holds; the part outside goes on with the error `timeout`. The orphan ends with what a server has begun
//          for it: the operation under way, all of a statement (`op_served`), all of the outermost call into another
//          service. The client's further steps are not run. Inside such a call, and under a flow's own deadline, even
//          a wait goes on: the server does not know that its client left.
#pragma once

#include <optional>
#include <vector>

#include "sim/engine/op.hpp"
#include "sim/engine/request.hpp"
#include "sim/expression/compiled_condition.hpp"
#include "sim/random/distribution.hpp"

namespace loadstone {

// --- calls ------------------------------------------------------------------------------------------------------
// Calls the flow whose entry is `target`; `plan` is a CallPlan.
struct CallPlan {
  FlowId flow = 0;
};
Progress op_call(Simulation&, Request&, const Op&);
bool unwind_call(Simulation&, Request&, const Op&, const Frame&);
// Ends the called flow, or the request: then the scopes round it are closed and what it still holds is given back.
Progress op_return(Simulation&, Request&, const Op&);
// Continues at `target`.
Progress op_jump(Simulation&, Request&, const Op&);
// The flow that a frame of this operation is inside of, if it is a call.
[[nodiscard]] std::optional<FlowId> called_flow(const Op& op);

// --- conditions -------------------------------------------------------------------------------------------------
// Continues at `target` unless the condition holds; `plan` is a CompiledCondition.
Progress op_unless(Simulation&, Request&, const Op&);

// --- timeouts ---------------------------------------------------------------------------------------------------
struct TimeoutPlan {
  Duration after;
  ErrorId error = kNoError;
  bool remote = false;      // the deadline of a flow: its client is somewhere else
  bool propagates = false;  // the cancel reaches what runs
  bool since_came = false;  // counts from when the request came for what it was given last
  bool servers = false;     // a server's own limit: it holds when the client has gone, too
};
Progress op_timeout_begin(Simulation&, Request&, const Op&);
// Closes the innermost scope; an orphan ends here.
Progress op_scope_end(Simulation&, Request&, const Op&);
// What was taken in a scope that has been closed, and is still held, belongs to the scope around it.
void keep_holds(Request& request);
// A server has done one piece of its work: an orphan that was let go on for that ends here.
Progress op_served(Simulation&, Request&, const Op&);

// --- retries ----------------------------------------------------------------------------------------------------
enum class BackoffKind : std::uint8_t { constant, exponential, decorrelated };
enum class JitterKind : std::uint8_t { none, full, equal };

struct Backoff {
  BackoffKind kind = BackoffKind::exponential;
  JitterKind jitter = JitterKind::none;
  Distribution base;
  double cap_ns = 4e18;

  // The pause before attempt `n` (1 for the first retry), given the pause before; keyed by the request's draws.
  [[nodiscard]] double pause_ns(const Simulation& simulation, const Request& request, Key site, std::int64_t n,
                                double previous_ns) const;
};

struct RetryPlan {
  std::int64_t max = 0;         // retries; INT64_MAX: unlimited
  std::vector<ErrorId> errors;  // empty: any
  Backoff backoff;
  std::optional<RowId> budget;  // a RetryBudget: then the operation is `told`
};
// Followed by op_retry_pause, then the body, then op_retry_end.
Progress op_retry_begin(Simulation&, Request&, const Op&);
Progress op_retry_pause(Simulation&, Request&, const Op&);
Progress op_retry_end(Simulation&, Request&, const Op&);
bool unwind_retry(Simulation&, Request&, const Op&, const Frame&);

// --- error handlers ---------------------------------------------------------------------------------------------
struct HandlersPlan {
  struct Handler {
    ErrorId error = kNoError;  // kNoError: any
    std::uint32_t entry = 0;
  };
  std::vector<Handler> handlers;
};
Progress op_on_error_begin(Simulation&, Request&, const Op&);
bool unwind_on_error(Simulation&, Request&, const Op&, const Frame&);

// --- ends -------------------------------------------------------------------------------------------------------
struct FailPlan {
  ErrorId error = kNoError;
};
Progress op_fail(Simulation&, Request&, const Op&);
// Counts the mark `target`.
Progress op_mark(Simulation&, Request&, const Op&);

}  // namespace loadstone
