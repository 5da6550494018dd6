#include "sim/executor/registry.hpp"

#include <array>

#include "sim/executor/executors.hpp"

namespace loadstone {

std::span<const ExecutorKind* const> executor_kinds() {
  static const std::array kinds{&constant_arrival_rate_executor(), &ramping_arrival_rate_executor()};
  return kinds;
}

}  // namespace loadstone
