// sim/primitive/rated_station.hpp
//
// A station whose servers run at a speed that depends on how many of them are busy: contention, or economies of scale.
//
// Rate.   With n servers busy, each gives work at `rates[n - 1]` (the last entry holds beyond): a service of 1 s at 0.5
//         takes 2 s. Who is served when n changes goes on at the new speed from that instant.
// Clock.  One virtual clock a line: the work that a server has given since the start, in 2^-20 ns. Speeds are multiples
// of
//         2^-20. A completion comes at the first whole nanosecond at which the work is done; all who are done then
//         leave together, in the order in which they began.
// Order.  As a station: a completion gives the servers to the line first.
// Not.    It cannot be held.
#pragma once

#include <map>
#include <vector>

#include "sim/base/int128.hpp"
#include "sim/primitive/slots.hpp"

namespace loadstone {

struct RatedStationPlan : SlotsPlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::vector<double> rates;  // not empty, all above 0
};

class RatedStation final : public Slots {
 public:
  RatedStation(Simulation& simulation, const RatedStationPlan& plan);

  // REQUIRES: work >= 0.
  Progress visit(Request& request, Duration work, double rank = 0, const std::optional<Duration>& patience = {});
  bool interrupt(Request& request) override;

 private:
  struct RatedLine final : Line {
    using Line::Line;
    RatedStation* station = nullptr;
    Int128 given = 0;                        // work by each server since the start
    SimTime at;                              // up to when `given` counts
    std::multimap<Int128, Request*> served;  // by `given` at the end of the service
    EventId next;
  };

  void granted(Request& request, Line& line) override;
  void begin(Request& request, RatedLine& line);
  [[nodiscard]] std::int64_t speed(const RatedLine& line) const;
  void advance(RatedLine& line) const;
  void schedule_next(RatedLine& line);
  static void on_due(void* line, std::uint64_t);

  bool sjf_;
  std::vector<std::int64_t> speeds_;  // in 2^-20
};

}  // namespace loadstone
