// sim/engine/deaths.hpp
//
// Something dies with the requests that are in it.
//
// Order. Those in its lines leave first, so that nobody is served by what is dead; then those it serves, then those who
//        hold a unit of it; each by arrival. They go on later at this instant, in Phase::release.
// Not.   It does not say what is down from then on.
#pragma once

#include <functional>

#include "sim/engine/request.hpp"

namespace loadstone {

struct Death {
  ErrorId error = kNoError;  // what those who are hit fail with
  // Whether the request is in its line, served by it or on the way to it: it fails where it is, and its scopes are
  // asked as by any other error. Empty: nobody is.
  std::function<bool(const Request&)> is_inside = {};
  // Whether who holds this dies with it, whatever it does: that is given up, with what servers do for it. The scopes
  // inside the hold are not asked; those outside are. What cannot be stopped is waited for, and then it fails.
  std::function<bool(const Hold&)> is_unit = {};
  const Request* running = nullptr;  // who causes it from inside: it goes on by itself, with the error
};

// May be called from an event, or from inside `running`.
void die(Simulation& simulation, const Death& death);

}  // namespace loadstone
