// sim/executor/executors.hpp
//
// The executors, each defined in the file of its name.
#pragma once

#include "sim/spec/kinds.hpp"

namespace loadstone {

const ExecutorKind& constant_arrival_rate_executor();
const ExecutorKind& ramping_arrival_rate_executor();

}  // namespace loadstone
