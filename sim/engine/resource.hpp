// sim/engine/resource.hpp
//
// A passive thing of a run that requests wait for or hold, and the immutable plan that it is built from. One resource
// is one row of every report; `in:` and `per:` make it an array of members, created when first asked for.
//
// Owns.  The plan belongs to the Model and is shared by all replications; the resource belongs to one Simulation.
// Not.   Five primitives implement this (sim/primitive); a kind (sim/resource) is a way to wire them, not a subclass.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/engine/pace.hpp"
#include "sim/engine/request.hpp"
#include "sim/observe/level.hpp"

namespace loadstone {

class Simulation;

using ResourceIndex = std::uint32_t;  // into Model::resources and Simulation's resources; equal to its RowId

class Member {
 public:
  explicit Member(std::int64_t capacity) : level(capacity) {}
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;
  virtual ~Member() = default;

  std::string label;        // "tenant=3", "" for the only member
  alignas(64) Level level;  // there are thousands of members, and each grant comes to another one
  // Its totals when the measured window began, noted by whoever observes; zero if it was made later.
  struct Noted {
    Int128 in_use_area = 0;
    Int128 pressed_time = 0;  // full, and somebody in line
    std::uint64_t arrivals = 0;
  };
  mutable Noted noted;
};

class Resource {
 public:
  Resource(Simulation& simulation, RowId row) : simulation_(simulation), row_(row) {}
  Resource(const Resource&) = delete;
  Resource& operator=(const Resource&) = delete;
  virtual ~Resource() = default;

  [[nodiscard]] RowId row() const { return row_; }

  // Takes a request out of the line: its patience or a timeout ended. The caller resumes it.
  virtual void leave_line(Request& request);
  // Gives back what was held. Grants made by this run later at the same instant.
  virtual void release(const Hold& hold);
  // Stops the service of a request that is being served, when the cancel reaches it. False: it cannot be stopped.
  virtual bool interrupt(Request& request);
  virtual void for_each_member(const std::function<void(const Member&)>& visit) const = 0;

  [[nodiscard]] virtual Totals totals(SimTime now) const;
  // Of one member, which is its own.
  [[nodiscard]] virtual Totals totals_of(const Member& member, SimTime now) const { return member.level.totals(now); }
  // Whether the units in use are exactly what requests hold, are served with, or `held_besides`: then the integral of
  // the level must equal the sum of those times. False where a unit is a share (processor sharing, rate limits).
  [[nodiscard]] virtual bool is_held() const { return true; }
  // What the resource itself holds of others: the server's slots that a pool's connections occupy.
  virtual void for_each_owned_hold(const std::function<void(const Hold&)>&) const {}
  // What serves the request has died: its service ends, even one that a cancel does not stop.
  virtual bool evict(Request& request) { return interrupt(request); }
  // The server on which it keeps something (connections, keys), or the process in which it lives, has died; `forgets`:
  // with all it had in memory.
  virtual void lose_server(bool /*forgets*/) {}
  // Whether what is held was lost so, which its holder finds out at its next use.
  [[nodiscard]] virtual bool is_lost(const Hold&) const { return false; }
  // From now on what `part` of it serves takes `factor` times as long as at its own speed, those in service included.
  virtual void set_slowness(std::uint32_t part, double factor);
  // When each of those in line that are not requests came: messages.
  virtual void for_each_waiting_message(const std::function<void(SimTime since)>&) const {}

 protected:
  // The request is in the line of `wait.member` no more, however its wait ended.
  void end_wait(Request& request);
  // From now on it is served by `member`.
  void begin_service(Request& request, Member& member);

  Simulation& simulation_;
  RowId row_;
};

// How many units one member has, and what a report says of the resource.
class ResourcePlan {
 public:
  ResourcePlan() = default;
  ResourcePlan(const ResourcePlan&) = delete;
  ResourcePlan& operator=(const ResourcePlan&) = delete;
  virtual ~ResourcePlan() = default;

  [[nodiscard]] virtual std::unique_ptr<Resource> instantiate(Simulation& simulation) const = 0;

  static constexpr double kUnlimited = 1e18;
  [[nodiscard]] bool is_limited() const { return capacity < 1e15; }

  // When a service that begins at `from` and needs `work` ends.
  [[nodiscard]] SimTime end_of(SimTime from, Duration work) const {
    return pace == nullptr ? from + work : pace->end_of(from, work);
  }

  // How many parts have a speed that is set from outside; what has none goes by `pace`.
  [[nodiscard]] virtual std::uint32_t parts_with_speed() const { return 0; }

  std::string name;              // "postgres.slots"
  std::string kind;              // "postgres"
  double capacity = kUnlimited;  // units of one member
  RowId row = 0;
  std::vector<std::uint16_t> member_attributes;  // request attributes that pick the member; empty: one member
  double members = 1;                            // how many members there can be, where known
  bool in_bound = true;                          // its holds are requests', so capacity over demand bounds the load
  bool judged = true;                            // can be saturated
  bool refills = false;          // a stock that refills at a rate: using more than that is saturation, if only later
  std::string relieved_by;       // the key that gives it more: "max_size"
  ErrorId refused = kNoError;    // what those fail with whom it turns away
  ErrorId timed_out = kNoError;  // what impatient waiters fail with
  Duration settle;             // longest pause between two attempts of those in line, where they poll: its line is slow
  const Pace* pace = nullptr;  // where a fault makes it slow
  std::optional<RowId> connects_to;  // of a pool: the row of which each of its connections takes a unit
  // The units in use are instances of another resource, which costs what they cost: its name, and how few there can be.
  struct Instances {
    std::string of;
    std::int64_t fewest = 0;
  };
  std::optional<Instances> instances;
};

// "tenant=3, thread=7": which member the request picks; "" where there is only one or nobody picks.
[[nodiscard]] std::string member_label(const Simulation& simulation, const ResourcePlan& plan, const Request* request);

}  // namespace loadstone
