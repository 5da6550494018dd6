// sim/observe/observations.hpp
//
// What one replication leaves behind: a value that owns everything, made once and never changed.
//
// Not. No estimates and no names: sim/analysis joins several of these with the Model.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/observe/flow_stats.hpp"
#include "sim/observe/meter.hpp"

namespace loadstone {

struct MemberObservation {
  std::string label;
  std::uint64_t arrivals = 0;  // in the measured window
  double utilization = 0;      // over it
};

struct ResourceObservations {
  Meter meter;
  std::int64_t capacity = 0;  // units of one member
  std::uint64_t members = 0;
  MemberObservation worst;                   // the member with the greatest utilisation
  Totals at_end;                             // over the whole run
  double blocked_arrivals_share = 0;         // of an array: of members that are blocked 95 % of the time
  std::optional<SimTime> blocked_since_end;  // since when somebody has been in the line that is longest at the end
};

// The end of one request.
struct RequestEnd {
  std::uint64_t key = 0;  // of its draws: which request it is, whatever else happens
  SimTime at;
  std::uint32_t flow = 0;
  std::uint32_t error = 0;  // 0: it completed

  auto operator<=>(const RequestEnd&) const = default;
};

struct Observations {
  std::vector<ResourceObservations> resources;  // by RowId
  std::vector<FlowStats> flows;                 // by FlowId
  std::vector<std::uint64_t> marks;
  Int128 spent_nano_usd = 0;
  SimTime measured_from;
  SimTime measured_until;
  SimTime ended;
  std::uint64_t events = 0;
  std::uint64_t fingerprint = 0;
  std::uint64_t entered = 0;            // sampled requests that sources brought
  std::uint64_t entered_completed = 0;  // requests of sources that completed inside the window
  std::uint64_t sampled_in_flight = 0;  // not ended when the drain was given up
  std::uint64_t in_flight = 0;
  std::string stopped;           // why the run ended early; "" if it did not
  bool given_up = false;         // nobody wants it any more: it is not whole
  std::vector<RequestEnd> ends;  // in the order in which they ended; only where that was asked for
};

}  // namespace loadstone
