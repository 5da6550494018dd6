// sim/engine/deaths.hpp
//
// A process dies with the requests that are in it: those who hold a unit of something that stands for it.
//
// Order. By arrival. Whatever one does meanwhile is given up, with what servers do for it, and it fails later at this
//        instant, in Phase::release. The scopes inside the hold are not asked; those outside are, as by any other
//        error. What cannot be stopped is waited for, and then it fails.
// Not.   It does not say what is down from then on.
#pragma once

#include <functional>

#include "sim/engine/request.hpp"

namespace loadstone {

struct Death {
  ErrorId error = kNoError;
  std::function<bool(const Hold&)> is_unit;  // whether who holds this dies; it was taken inside a scope
  const Request* running = nullptr;          // who causes it from inside: it goes on by itself, with the error
};

// May be called from an event, or from inside `running`.
void die(Simulation& simulation, const Death& death);

}  // namespace loadstone
