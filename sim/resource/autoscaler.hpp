// sim/resource/autoscaler.hpp
//
// What a service must know of the autoscaler that changes its instances, before that is built.
#pragma once

#include <cstdint>
#include <string>

#include "sim/spec/topology.hpp"

namespace loadstone {

const ResourceKind& autoscaler_kind();

// The most instances that an autoscaler can give the service of this name; `otherwise` if there is none.
[[nodiscard]] std::int64_t most_instances(const Topology& topology, const std::string& service, std::int64_t otherwise);

}  // namespace loadstone
