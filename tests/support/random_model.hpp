// tests/support/random_model.hpp
//
// Small random models as YAML texts: stations of all disciplines, semaphores, nested holds, timeouts, retries,
// handlers, parallel branches, loops, calls, spawns, tail calls, members per tenant, and one or two scenarios.
//
// Order. A pure function of the number. Many durations are whole multiples of 5 ms, so that instants collide.
// Ends.  Every semaphore has a timeout, so no deadlock is for ever; loops and retries are bounded.
#pragma once

#include <cstdint>
#include <string>

namespace loadstone::test {

struct RandomModel {
  std::string topology;
  std::string workload;
  bool arrivals_stop = true;  // no constant load, which goes on while a run drains: then every request ends
};

[[nodiscard]] RandomModel random_model(std::uint64_t number);

}  // namespace loadstone::test
