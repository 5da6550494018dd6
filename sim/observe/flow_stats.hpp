// sim/observe/flow_stats.hpp
//
// What became of the requests of one flow: exact counts over the whole run and over the sample, and latencies.
//
// Sample. The requests that arrived between the end of warm-up and the end of measurement, each followed to its end.
// Exact.  offered = completed + failed + dropped + in flight, over the run and over the sample, always checked.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/stats/histogram.hpp"

namespace loadstone {

struct FlowCounts {
  std::uint64_t offered = 0;
  std::uint64_t started = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;  // the executor had no free virtual user: k6's dropped_iterations
};

// The requests of one flow that arrived while a window was open, and belong to the sample.
struct WindowStats {
  std::uint64_t offered = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t completed_inside = 0;  // while it was open, whenever they arrived
  Histogram latency;                   // ns, of those that completed
};

// How a flow comes back after a fault: the requests of the sample that arrived after its end, by the second of their
// arrival from there on.
struct RecoveryStats {
  std::int64_t limit_ns = -1;  // slower than this is not well; -1: nothing was seen before the fault
  std::vector<std::uint32_t> arrived;
  std::vector<std::uint32_t> well;  // completed, and no slower
};

// Of the completed requests of the sample, up to an instant.
struct LatencySoFar {
  Int128 sum = 0;  // ns
  std::uint64_t count = 0;
};

struct FlowStats {
  FlowCounts run;
  FlowCounts sample;
  std::uint64_t completed_in_window = 0;         // whenever they arrived
  std::vector<std::uint64_t> errors;             // of the sample, by ErrorId
  Histogram latency;                             // ns, of completed requests of the sample
  Histogram failure;                             // ns to failure, of failed requests of the sample
  std::vector<std::uint64_t> completed_at_edge;  // run.completed at each block's end
  std::vector<std::uint64_t> offered_at_edge;
  std::vector<LatencySoFar> latency_at_edge;
  std::vector<WindowStats> windows;       // by the model's windows
  std::vector<RecoveryStats> recoveries;  // by the model's faults
};

}  // namespace loadstone
