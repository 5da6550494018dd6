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

struct FlowStats {
  FlowCounts run;
  FlowCounts sample;
  std::uint64_t completed_in_window = 0;         // whenever they arrived
  std::vector<std::uint64_t> errors;             // of the sample, by ErrorId
  Histogram latency;                             // ns, of completed requests of the sample
  Histogram failure;                             // ns to failure, of failed requests of the sample
  std::vector<std::uint64_t> completed_at_edge;  // run.completed at each block's end
  std::vector<std::uint64_t> offered_at_edge;
};

}  // namespace loadstone
