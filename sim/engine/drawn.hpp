// sim/engine/drawn.hpp
//
// A value that an operation needs each time: drawn from a distribution, or read from an attribute of the request.
#pragma once

#include "sim/engine/simulation.hpp"

namespace loadstone {

struct Drawn {
  Distribution law;
  std::int32_t attribute = -1;  // slot; -1: drawn

  [[nodiscard]] double value(const Simulation& simulation, const Request& request, Key site) const {
    return attribute < 0 ? simulation.sample(law, request, site)
                         : request.attributes[static_cast<std::size_t>(attribute)];
  }
  // In whole nanoseconds.
  [[nodiscard]] Duration duration(const Simulation& simulation, const Request& request, Key site) const {
    return whole_ns(value(simulation, request, site));
  }
};

}  // namespace loadstone
