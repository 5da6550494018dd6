#include "sim/resource/registry.hpp"

#include <array>

#include "sim/resource/kinds.hpp"

namespace loadstone {

std::span<const ResourceKind* const> resource_kinds() {
  static const std::array kinds{&semaphore_kind(), &station_kind()};
  return kinds;
}

}  // namespace loadstone
