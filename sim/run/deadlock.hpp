// sim/run/deadlock.hpp
//
// Finds requests that can never go on: each waits in a line whose units are held only by others of them, and no
// pending timeout will end any of those waits.
#pragma once

#include <string>

#include "sim/engine/simulation.hpp"

namespace loadstone {

// "" if there are none; else a message that names a resource, its holders and its waiters.
[[nodiscard]] std::string find_deadlock(const Simulation& simulation);

}  // namespace loadstone
