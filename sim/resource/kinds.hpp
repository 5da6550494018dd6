// sim/resource/kinds.hpp
//
// The resource kinds, each defined in the file of its name.
#pragma once

#include "sim/spec/kinds.hpp"

namespace loadstone {

const ResourceKind& account_kind();
const ResourceKind& cache_kind();
const ResourceKind& circuit_breaker_kind();
const ResourceKind& connection_pool_kind();
const ResourceKind& link_kind();
const ResourceKind& llm_kind();
const ResourceKind& load_balancer_kind();
const ResourceKind& pgbouncer_kind();
const ResourceKind& postgres_kind();
const ResourceKind& queue_kind();
const ResourceKind& rate_limiter_kind();
const ResourceKind& redis_kind();
const ResourceKind& redis_lock_kind();
const ResourceKind& retry_budget_kind();
const ResourceKind& semaphore_kind();
const ResourceKind& service_kind();
const ResourceKind& station_kind();
const ResourceKind& stream_kind();
const ResourceKind& worker_kind();

}  // namespace loadstone
