// src/simgrid/serve.hpp
//
// One replication for another process: its order on standard input, its answer on standard output.
#pragma once

#include <functional>
#include <memory>

#include "src/simgrid/simgrid_kernel.hpp"

namespace loadstone::simgrid_engine {

// On that platform, if there is one.
using MakeKernel = std::function<std::unique_ptr<SimGridKernel>(const remote::PlatformFile*)>;

// The exit code. The process ends without tearing down what SimGrid has.
int serve(const MakeKernel& make_kernel);

}  // namespace loadstone::simgrid_engine
