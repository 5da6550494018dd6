// sim/engine/parallel.hpp
//
// Branches of one request: each is a request of its own that draws as its parent does, so that another branch shifts no
// draw. The parent waits until enough of them have ended well, or can no longer do so.
//
// Rest. A branch that is not waited for runs on as an orphan or is cancelled; what cannot be stopped runs on.
#pragma once

#include <vector>

#include "sim/engine/op.hpp"
#include "sim/engine/request.hpp"

namespace loadstone {

struct ParallelPlan {
  std::vector<std::uint32_t> entries;
  std::int64_t wait = 0;  // how many branches must end well
  bool cancel_rest = false;
  ErrorId cancelled = kNoError;
};

// Followed by a jump to an op_scope_end.
Progress op_parallel(Simulation&, Request&, const Op&);

// Stops what the request waits for or is served with. False: it cannot be stopped.
bool stop_wait(Simulation& simulation, Request& request);

// Takes a branch out of its parent's; it goes on by itself. REQUIRES: the tree's times are settled.
void leave_parent(Request& branch);

// The same, and nobody asks for it any more.
void orphan(Request& branch);

// Puts `fresh` in the place of `old` among its parent's branches.
void replace_branch(Request& old, Request& fresh);

}  // namespace loadstone
