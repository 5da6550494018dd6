// bench/event_lists/trace.hpp
//
// What one of loadstone's own runs did with its event set, operation by operation.
//
// Order.  An event that a run schedules is known by the slot that it had in the recording kernel's set, so that a
//         replay finds its handle in a table as large as the most events that were pending.
// Timed.  The operations from `timed_from` on; those before fill the set.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/sim_time.hpp"

namespace loadstone::bench {

struct Operation {
  static constexpr std::uint8_t kPop = 0xfe;
  static constexpr std::uint8_t kCancel = 0xff;

  SimTime at;              // of a schedule
  std::uint32_t slot = 0;  // not of a pop
  std::uint8_t kind = 0;   // kPop, kCancel or, for a schedule, the phase
};

struct Trace {
  std::string name;
  std::vector<Operation> operations;
  std::size_t timed_from = 0;
  std::size_t pending = 0;  // at the end
  std::size_t slots = 0;
};

// One of the models in bench/models, and how long it runs.
struct TraceRequest {
  std::string name;   // of the row
  std::string model;  // the file's name without ending; the workload is MODEL-load.yaml
  std::vector<std::pair<std::string, std::string>> set = {};
  double fill_s = 0;      // simulated time before the timed part
  std::size_t timed = 0;  // operations
};

// Runs a replication of the model in `folder`, until enough is recorded. Throws std::runtime_error with the diagnostics
// if it has errors.
[[nodiscard]] Trace record(const TraceRequest& request, const std::string& folder);

}  // namespace loadstone::bench
