#include "sim/executor/registry.hpp"

#include <array>

#include "sim/executor/executors.hpp"

namespace loadstone {

std::span<const ExecutorKind* const> executor_kinds() {
  static const std::array kinds{&constant_arrival_rate_executor(), &constant_vus_executor(),
                                &per_vu_iterations_executor(),     &ramping_arrival_rate_executor(),
                                &ramping_vus_executor(),           &shared_iterations_executor(),
                                &stepped_arrival_rate_executor(),  &trace_executor()};
  return kinds;
}

}  // namespace loadstone
