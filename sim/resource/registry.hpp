// sim/resource/registry.hpp
//
// All resource kinds, in alphabetical order: one file and one row each.
#pragma once

#include <span>

#include "sim/spec/kinds.hpp"

namespace loadstone {

[[nodiscard]] std::span<const ResourceKind* const> resource_kinds();

}  // namespace loadstone
