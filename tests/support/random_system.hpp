// tests/support/random_system.hpp
//
// Small random systems as YAML texts, in which every kind of resource and every verb of a step occurs now and then:
// services on hosts behind a balancer, databases and their pools, locks, caches, links, language models, queues and
// workers, accounts, limits. Flows hold, wait, time out, retry, fork and call across them.
//
// Order. A pure function of the number. Most durations are whole multiples of 5 ms, so that instants collide.
// Fluid. `has_fluid` is false where nothing is shared by rates: then only timers decide what happens when.
// Ends.  Everything that is held has a timeout, so no deadlock is for ever; loops and retries are bounded.
#pragma once

#include <cstdint>
#include <string>

namespace loadstone::test {

struct RandomSystem {
  std::string topology;
  std::string workload;
};

// Without fluid sharing there are neither cores nor links, nor stations that share.
[[nodiscard]] RandomSystem random_system(std::uint64_t number, bool has_fluid);

}  // namespace loadstone::test
