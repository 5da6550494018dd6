// sim/executor/registry.hpp
//
// All executors, in alphabetical order: one file and one row each.
#pragma once

#include <span>

#include "sim/spec/kinds.hpp"

namespace loadstone {

[[nodiscard]] std::span<const ExecutorKind* const> executor_kinds();

}  // namespace loadstone
