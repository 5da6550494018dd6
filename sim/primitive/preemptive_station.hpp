// sim/primitive/preemptive_station.hpp
//
// A station at which whoever comes before others in rank takes the server of the last in rank; the displaced one goes
// back into line, before all who came after it, and later resumes where it was (preempt-resume).
//
// Rank.   Smallest first, first come among equals, who do not displace each other; or last come, first served (lifo).
// Order.  Completions first: a service that ends at the instant of an arrival is not displaced by it.
// Levels. A displaced request waits again. Its wait, recorded at its end, is all the time that it was in line.
// Limits. They are asked once, on arrival: patience ends with the first service, and who is displaced is never refused.
// Not.    It cannot be held.
#pragma once

#include <unordered_map>
#include <vector>

#include "sim/primitive/slots.hpp"

namespace loadstone {

struct PreemptiveStationPlan : SlotsPlan {  // discipline: priority, also for lifo
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  bool lifo = false;
};

class PreemptiveStation final : public Slots {
 public:
  PreemptiveStation(Simulation& simulation, const PreemptiveStationPlan& plan);

  // REQUIRES: work >= 0.
  Progress visit(Request& request, Duration work, double rank = 0, const std::optional<Duration>& patience = {});
  void leave_line(Request& request) override;
  bool interrupt(Request& request) override;

 private:
  struct ServedLine final : Line {
    using Line::Line;
    std::vector<Request*> served;
  };
  struct Visit {
    SimTime came;
    std::int64_t work = 0;  // all of it; what is left is in wait.work
  };

  // The one in service who is last in rank. REQUIRES: somebody is served.
  [[nodiscard]] static Request& last_served(const ServedLine& line);
  void begin(Request& request, ServedLine& line);
  void displace(Request& request, ServedLine& line);
  // Takes it out of service; `wait.work` is what is left then.
  void stop(Request& request, ServedLine& line);
  void serve_next(ServedLine& line);
  static void on_completion(void* station, std::uint64_t request);

  bool lifo_;
  std::unordered_map<const Request*, Visit> visits_;
};

}  // namespace loadstone
