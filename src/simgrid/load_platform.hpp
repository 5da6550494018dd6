// src/simgrid/load_platform.hpp
//
// A platform of the user's, read by SimGrid.
#pragma once

#include <simgrid/s4u.hpp>

#include "src/remote/message.hpp"

namespace loadstone::simgrid_engine {

// Throws PlatformRefused with a line that says why SimGrid does not take it. Where SimGrid aborts the process instead,
// that line is what the process answers with before it ends.
void load_platform(const simgrid::s4u::Engine& engine, const remote::PlatformFile& file);

}  // namespace loadstone::simgrid_engine
