// sim/primitive/batch_station.hpp
//
// A station whose servers serve several requests at once: a batch starts together, takes one service time, and ends
// together.
//
// Start.  When a server is free: as soon as `max` wait, or `preferred` of them; or, with a timeout, when the first of
//         those in line has waited for it; or, without one, as soon as `min` wait. First come, first in; the batch's
//         time is its first member's, and `per_member` for each.
// Order.  A batch that its timeout starts does so in Phase::release: before the patience that ends at that instant, and
//         before its arrivals. A completion starts the next batch and then lets the members go on, in their order.
// Levels. Units are places in batches: servers x max. Places that a batch leaves empty are not in use.
// Not.    It cannot be held. A member whose service is cancelled leaves; the others' time does not change.
#pragma once

#include <vector>

#include "sim/primitive/slots.hpp"

namespace loadstone {

struct BatchStationPlan : SlotsPlan {  // capacity: servers x max; fifo
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::int64_t servers = 1;
  std::int64_t max = 1;
  std::int64_t min = 1;                   // without timeout
  std::optional<std::int64_t> preferred;  // with timeout
  std::optional<Duration> timeout;        // above zero
  Duration per_member;
};

class BatchStation final : public Slots {
 public:
  BatchStation(Simulation& simulation, const BatchStationPlan& plan);

  // `work` counts if the request is the first of its batch. REQUIRES: work >= 0.
  Progress visit(Request& request, Duration work, double rank = 0, const std::optional<Duration>& patience = {});
  void leave_line(Request& request) override;
  bool interrupt(Request& request) override;

 private:
  struct BatchLine;
  struct Batch {
    BatchStation* station = nullptr;
    BatchLine* line = nullptr;
    std::uint32_t number = 0;  // in the line's list
    std::vector<Request*> members;
    EventId completion;
  };
  struct BatchLine final : Line {
    using Line::Line;
    std::vector<std::unique_ptr<Batch>> batches;  // by number; those without members are free
    std::vector<std::uint32_t> unused;
    std::int64_t busy = 0;  // servers
    EventId timer;
    SimTime due;
    BatchStation* station = nullptr;
  };

  [[nodiscard]] bool is_server_free(const BatchLine& line) const { return line.busy < servers_; }
  // Starts as many batches as can start now, and sets the timer for the next.
  void form(BatchLine& line);
  void start(BatchLine& line);
  void free_server(Batch& batch);
  static void on_timeout(void* line, std::uint64_t);
  static void on_completion(void* batch, std::uint64_t);

  const BatchStationPlan& batch_;
  std::int64_t servers_;
  std::size_t enough_;  // who wait, for a batch to start at once
};

}  // namespace loadstone
