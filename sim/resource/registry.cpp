#include "sim/resource/registry.hpp"

#include <array>

#include "sim/resource/autoscaler.hpp"
#include "sim/resource/kinds.hpp"

namespace loadstone {

std::span<const ResourceKind* const> resource_kinds() {
  static const std::array kinds{
      &account_kind(),   &autoscaler_kind(),   &cache_kind(),         &circuit_breaker_kind(), &connection_pool_kind(),
      &link_kind(),      &llm_kind(),          &load_balancer_kind(), &pgbouncer_kind(),       &postgres_kind(),
      &queue_kind(),     &rate_limiter_kind(), &redis_kind(),         &redis_lock_kind(),      &retry_budget_kind(),
      &semaphore_kind(), &service_kind(),      &station_kind(),       &stream_kind(),          &worker_kind()};
  return kinds;
}

}  // namespace loadstone
