// sim/step/registry.hpp
//
// All step verbs, in alphabetical order: one file and one row each.
#pragma once

#include <span>

#include "sim/spec/kinds.hpp"

namespace loadstone {

[[nodiscard]] std::span<const StepKind* const> step_kinds();

}  // namespace loadstone
