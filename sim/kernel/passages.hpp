// sim/kernel/passages.hpp
//
// Kernels that may have a network of their own, whose hosts have names.
#pragma once

#include <string>

#include "sim/kernel/kernel.hpp"

namespace loadstone {

class KernelWithPassages {
 public:
  virtual ~KernelWithPassages() = default;
  [[nodiscard]] virtual bool has_own_network() const = 0;
  // Work in the class is bytes (at least one) that move from one host to the other, however that takes, latencies
  // included. REQUIRES: it has such a network, and that has such hosts.
  virtual JobClassId add_passage(const std::string& from, const std::string& to) = 0;
};

// Of a kernel that has a network of its own; nullptr for any other.
[[nodiscard]] inline KernelWithPassages* passages_of(Kernel& kernel) {
  auto* passages = dynamic_cast<KernelWithPassages*>(&kernel);
  return passages != nullptr && passages->has_own_network() ? passages : nullptr;
}

}  // namespace loadstone
