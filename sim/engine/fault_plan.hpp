// sim/engine/fault_plan.hpp
//
// What goes wrong in a run, compiled: for each declared resource that a fault hits, its spans of time and what of the
// model is hit; and the windows in which flows are looked at apart.
//
// Owns. Everything; the model keeps it, and all replications share it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/pace.hpp"
#include "sim/engine/request.hpp"
#include "sim/random/distribution.hpp"
#include "sim/spec/fault.hpp"

namespace loadstone {

using OutageId = std::uint32_t;

// The faults of one declared resource: its own and those of its host.
struct OutagePlan {
  struct Span {
    FaultIs is = FaultIs::down;
    SimTime from;
    SimTime until;  // it does not last at this instant any more
    double amount = 0;
    std::size_t fault = 0;              // which of the workload's it is
    std::optional<Distribution> lasts;  // a time of the kind's own instead of `until` (ns)
  };

  // Nothing goes wrong: for a search of the load at which something breaks by itself.
  void clear() {
    spans.clear();
    pace.clear();
  }

  std::string resource;
  std::vector<Span> spans;  // in the order of the file
  Pace pace;                // of its rows
  std::vector<RowId> rows;
  bool holders_die = true;     // who holds a unit of it is in it, rather than connected to it
  std::vector<RowId> keepers;  // rows of others that keep something there: connections, keys
  // Operations [first, last] that are done there, ascending: who is in one of them is hit.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> inside;
  ErrorId unavailable = kNoError;      // what fails with whom it refuses
  ErrorId server_error = kNoError;     // an operation that it fails
  ErrorId connection_lost = kNoError;  // those inside when it dies, and who uses what was lost
};

// A part of a resource (a host's class of jobs) whose speed is changed from outside while it serves: by the product of
// the paces.
struct SlowPart {
  RowId row = 0;
  std::uint32_t part = 0;
  std::vector<const Pace*> paces;
};

// A fault as it is written, for reports and for the time to recover from it.
struct FaultPlan {
  std::string target;
  FaultIs is = FaultIs::down;
  SimTime from;
  SimTime until;
};

struct FlowWindow {
  std::string name;
  SimTime from;
  SimTime until;
  std::string during;  // a schedule; "": from `from` until `until`
};

}  // namespace loadstone
