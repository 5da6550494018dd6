#include "sim/resource/registry.hpp"

#include <array>

#include "sim/resource/kinds.hpp"

namespace loadstone {

std::span<const ResourceKind* const> resource_kinds() {
  static const std::array kinds{&connection_pool_kind(),
                                &load_balancer_kind(),
                                &pgbouncer_kind(),
                                &postgres_kind(),
                                &rate_limiter_kind(),
                                &semaphore_kind(),
                                &service_kind(),
                                &station_kind()};
  return kinds;
}

}  // namespace loadstone
