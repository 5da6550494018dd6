// sim/executor/executors.hpp
//
// The executors, each defined in the file of its name.
#pragma once

#include "sim/spec/kinds.hpp"

namespace loadstone {

const ExecutorKind& constant_arrival_rate_executor();
const ExecutorKind& constant_vus_executor();
const ExecutorKind& per_vu_iterations_executor();
const ExecutorKind& ramping_arrival_rate_executor();
const ExecutorKind& ramping_vus_executor();
const ExecutorKind& shared_iterations_executor();
const ExecutorKind& stepped_arrival_rate_executor();
const ExecutorKind& trace_executor();

}  // namespace loadstone
