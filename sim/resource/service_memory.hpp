// sim/resource/service_memory.hpp
//
// The keys of a service by which its instances die and are missed: a limit of memory, the time until they are back, and
// the registry from which clients learn of it.
#pragma once

#include "sim/model/lowerer.hpp"
#include "sim/primitive/service_gate.hpp"

namespace loadstone {

struct MemorySpec {
  Bytes idle;
  Bytes per_request;
  Bytes limit;
};

// Eureka's.
struct RegistrySpec {
  Duration renew;
  Duration lease;
  Duration fetch;
};

struct ServiceMemory {
  std::optional<MemorySpec> limited;
  std::optional<Duration> boot;
  std::optional<RegistrySpec> registry;

  [[nodiscard]] static const FieldTable& fields();
};

// The row of the memory of its instances, if it has a limit; reports keys that have no effect without.
[[nodiscard]] std::optional<ResourceIndex> add_memory(const ResourceSpec& spec, const ServiceMemory& memory,
                                                      std::int64_t workers, const ServiceGatePlan& gate,
                                                      ModelBuilder& builder);

}  // namespace loadstone
