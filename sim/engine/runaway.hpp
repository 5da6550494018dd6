// sim/engine/runaway.hpp
//
// Raised when a run cannot go on for a reason that lies in the model: a deadlock, a limit, spinning.
#pragma once

#include <stdexcept>

namespace loadstone {

class RunawayError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace loadstone
