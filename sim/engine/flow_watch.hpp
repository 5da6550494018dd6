// sim/engine/flow_watch.hpp
//
// What the flows of one replication do in the windows of the workload, and how they come back after its faults.
//
// Sample. A window counts the requests of the sample that arrive while it is open, each followed to its end; and beside
//         them those that complete while it is open, whenever they arrived.
// Back.   Slow is more than 1.1 x the 95th percentile of those that ended before the fault began. Arrivals after its
//         end are counted by the second, and those that ended well among them.
// Cost.   One look at each window and fault for an arrival and for an end; nothing where there are none.
#pragma once

#include <vector>

#include "sim/base/sim_time.hpp"
#include "sim/observe/flow_stats.hpp"

namespace loadstone {

class Simulation;

class FlowWatch {
 public:
  explicit FlowWatch(Simulation& simulation);
  FlowWatch(const FlowWatch&) = delete;
  FlowWatch& operator=(const FlowWatch&) = delete;

  // Schedules what it does at the beginning of faults.
  void start();

  // A request of the sample arrives at `arrived`, or `count` that could not be started.
  void offered(FlowStats& stats, SimTime arrived);
  void dropped(FlowStats& stats, SimTime arrived, std::uint64_t count);

  struct End {
    SimTime arrived;
    bool sampled = false;
    bool failed = false;
  };
  // A window that is open while a schedule runs opens or closes.
  void open(std::size_t window);
  void close(std::size_t window);
  // A request ends now.
  void ended(FlowStats& stats, const End& end);

 private:
  [[nodiscard]] bool holds(std::size_t window, SimTime at) const;
  void note_before(std::size_t fault);

  Simulation& simulation_;
  struct Opening {
    SimTime from;
    SimTime until;
  };
  std::vector<std::vector<Opening>> openings_;  // by window, ascending
};

}  // namespace loadstone
