// src/simgrid/answer.hpp
//
// The answer of this process, on its standard output.
#pragma once

#include "src/remote/message.hpp"

namespace loadstone::simgrid_engine {

// The exit code.
[[nodiscard]] int write_answer(const remote::Answer& answer);

}  // namespace loadstone::simgrid_engine
