// sim/resource/kinds.hpp
//
// The resource kinds, each defined in the file of its name.
#pragma once

#include "sim/spec/kinds.hpp"

namespace loadstone {

const ResourceKind& semaphore_kind();
const ResourceKind& station_kind();

}  // namespace loadstone
