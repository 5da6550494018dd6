// sim/primitive/publish_gate.hpp
//
// Where publishers wait while a broker's memory alarm is on: all of them, until it goes off.
//
// Order.  All who wait go on at the instant at which the alarm goes off, first come first, and their messages may set
// it
//         on again: whoever comes then waits.
// Levels. Arrivals are publishers, the line those that are blocked; nothing is in use.
// Not.    It knows no memory: MessageQueue sets it.
#pragma once

#include "sim/engine/resource.hpp"
#include "sim/engine/wait_queue.hpp"

namespace loadstone {

struct PublishGatePlan : ResourcePlan {
  PublishGatePlan() { in_bound = false; }  // nothing of it is used up
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;
};

class PublishGate final : public Resource {
 public:
  PublishGate(Simulation& simulation, const PublishGatePlan& plan);

  // Lets the publisher through, or keeps it until open().
  Progress pass(Request& request);
  void close() { closed_ = true; }
  void open();

  void leave_line(Request& request) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override { visit(all_); }

 private:
  void count_pass(std::int64_t waited_ns);
  void remove_from_line(Request& request);

  Member all_;
  WaitQueue line_;
  bool closed_ = false;
};

}  // namespace loadstone
