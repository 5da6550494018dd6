// sim/primitive/flights.hpp
//
// Lookups in a cache by key, and, with single flight, who gets what is missing: of those who miss one key at a time one
// gets it, and the others wait for what it stores.
//
// Ends.   When the one has stored it, all who wait have it, at that instant. If it fails or gives up, the one who has
//         waited longest gets it instead.
// Levels. `in use` is keys that are being got; the line is those who wait for one. Lookups are arrivals.
// Not.    It holds no keys: KeyMemory does.
#pragma once

#include <unordered_map>

#include "sim/engine/resource.hpp"
#include "sim/engine/wait_queue.hpp"
#include "sim/random/keyed.hpp"

namespace loadstone {

struct FlightsPlan : ResourcePlan {
  FlightsPlan() { in_bound = false; }  // unlimited
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  bool single = false;
  std::uint32_t hits = 0;  // marks
  std::uint32_t misses = 0;
};

class Flights final : public Resource {
 public:
  Flights(Simulation& simulation, const FlightsPlan& plan);

  // A lookup found its key.
  void found();
  // It did not: the request gets what is missing (next), or waits for who does, and then goes on where a hit does: at
  // the target of the operation under way.
  Progress missed(Request& request, Key key);
  // The request has stored what it got: whoever waits for it has it.
  void stored(Request& request);

  void leave_line(Request& request) override;
  void release(const Hold& hold) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override { visit(all_); }

 private:
  struct Flight {
    WaitQueue line;
    bool stored = false;
  };

  void count(std::uint32_t mark);
  void get(Request& request, Key key);
  void remove_from_line(Request& request, Flight& flight);

  const FlightsPlan& plan_;
  Member all_;
  std::unordered_map<Key, Flight> flights_;  // looked up only
};

}  // namespace loadstone
