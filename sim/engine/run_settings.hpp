// sim/engine/run_settings.hpp
//
// What one replication is told besides its model: which one it is, under which load, what of it is measured.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/base/sim_time.hpp"

namespace loadstone {

class Engine;

struct RunSettings {
  std::uint64_t seed = 1;
  std::uint64_t replication = 0;
  double load = 1.0;
  SimTime measure_from;               // end of warm-up
  SimTime measure_until;              // end of measurement
  bool drain = true;                  // follow sampled requests to their end
  bool expected_values = false;       // every drawn duration and size is its mean: for the bound
  bool everything_relieved = false;   // no resource has a limit: for the bound
  bool free_transfers = false;        // take no time: for the bound, where it is not known what they take
  std::vector<std::string> relieved;  // names of resources without a limit
  bool note_ends = false;             // keep when each request ended, for comparing two engines
  const Engine* engine = nullptr;     // who runs it; nullptr: this process, on the native kernel
  std::function<bool()> give_up;      // asked at each edge of a block; a run that is given up says nothing
};

}  // namespace loadstone
