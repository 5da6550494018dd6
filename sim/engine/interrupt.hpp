// sim/engine/interrupt.hpp
//
// Ends requests from outside: their source gives them up (gracefulStop, a schedule that is replaced).
//
// Order. A wait, a pause or a service that can be stopped ends at this instant; then the request gives back all it
//        holds and fails with the error, and none of its scopes (retry, on_error) is asked. What cannot be stopped is
//        run to its end without its client: the failure counts at once, and what is held is given back when it has
//        ended.
#pragma once

#include "sim/engine/request.hpp"

namespace loadstone {

// REQUIRES: called from an event, not from inside a request; `request` is nobody's branch.
void interrupt(Simulation& simulation, Request& request, ErrorId error);

// Every request in flight whose Ending is told to `owner`, in the order of their arrival.
[[nodiscard]] std::vector<Request*> requests_of(const Simulation& simulation, const void* owner);
// Interrupts all of those.
void interrupt_all(Simulation& simulation, const void* owner, ErrorId error);

}  // namespace loadstone
