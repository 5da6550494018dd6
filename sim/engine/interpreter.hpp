// sim/engine/interpreter.hpp
//
// Walks a request through its program. What a request is in the middle of is in the request, its program counter and
// its open scopes, so nothing else is kept while it waits.
//
// Errors. An error unwinds the request's scopes from the innermost outwards: what was taken inside is given back, and
//         each scope may deal with the error (retry, on_error) or let it pass. An error that passes them all ends the
//         request.
#pragma once

#include "sim/engine/request.hpp"

namespace loadstone {

// Runs the request until it must wait or has ended. REQUIRES: called from an event, not from inside another request.
void advance(Simulation& simulation, Request& request);

// Opens a scope. The operation that does so is `op`; draws and holds inside are told apart by depth.
Frame& push_frame(Request& request, const Op& op);
// Closes the innermost scope without an error: its timer is cancelled, its draws are restored.
Frame pop_frame(Simulation& simulation, Request& request);
// While an error unwinds: whether the scope that was closed last is left without being asked, because what ends lies
// further out or its client has gone. Only an operation that is `told` is called then.
[[nodiscard]] bool passes_by(const Request& request);

}  // namespace loadstone
