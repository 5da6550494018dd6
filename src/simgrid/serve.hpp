// src/simgrid/serve.hpp
//
// One replication for another process: its order on standard input, its answer on standard output.
#pragma once

#include <functional>
#include <memory>

#include "sim/kernel/kernel.hpp"

namespace loadstone::simgrid_engine {

using MakeKernel = std::function<std::unique_ptr<Kernel>()>;

// The exit code. The process ends without tearing down what SimGrid has.
int serve(const MakeKernel& make_kernel);

}  // namespace loadstone::simgrid_engine
