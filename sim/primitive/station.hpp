// sim/primitive/station.hpp
//
// Servers with a line: a request that visits is served for a drawn time by one of `servers` identical servers and goes
// on. A station can also be held, as slots are.
//
// Order. A completion first gives the server to the head of the line and then lets the served request go on, so that
//        one who comes back at the same instant queues behind those who wait.
// Cost.  Two events a visit at most: none for the grant, one for the completion.
#pragma once

#include "sim/primitive/slots.hpp"

namespace loadstone {

struct StationPlan : SlotsPlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;
};

class Station final : public Slots {
 public:
  Station(Simulation& simulation, const StationPlan& plan) : Slots(simulation, plan) {}

  // Serves the request for `work`, after a wait if need be; `patience` stands for the plan's. REQUIRES: work >= 0.
  Progress visit(Request& request, Duration work, double rank = 0, const std::optional<Duration>& patience = {});
  // Whether the request would be served at once: for who pays to wake a server.
  [[nodiscard]] bool has_idle_server(const Request& request) { return is_free(lines_.of(request), 1); }
  bool interrupt(Request& request) override;

 private:
  enum Mode : std::uint8_t { held, visited };

  void granted(Request& request, Line& line) override;
  void begin(Request& request, Line& line);
  void end(Request& request, bool completed);
  static void on_completion(void* station, std::uint64_t request);
};

}  // namespace loadstone
