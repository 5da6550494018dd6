// sim/primitive/autoscaler.hpp
//
// Changes how many instances of a service there are, at regular instants: by the algorithm of the Kubernetes HPA, or by
// rules.
//
// HPA.    desired = ceil(instances x use / target), nothing if that ratio is within the tolerance of 1; use is CPU time
//         over what the instances request. Instances that are not ready count as idle when it would add some. Taking
//         away waits until nothing higher was desired for the window of scale-down, adding until nothing lower was for
//         that of scale-up. Each policy limits the change in its period: from the instances at its begin, which are
//         those of now without what was added since and with what was taken away. Of several the one that allows most
//         counts, or least. Then the least and the most.
// Rules.  A rule that has held at each instant for its time adds instances, or takes some away; then none acts until
//         the cooldown is over. The first that can act does.
// Order.  Phase::wake: what has ended at the instant counts. An instance that becomes ready then is ready.
// States. off, starting (for `start_delay`), ready. Taken away are those that start, then the one with the greatest
//         number; who is inside goes on to its end.
// Levels. `in use` are instances that start or are ready: its integral is what is paid for.
#pragma once

#include <deque>
#include <vector>

#include "sim/engine/resource.hpp"

namespace loadstone {

class ServiceGate;

enum class ScalingMetric : std::uint8_t { cpu, response_time, request_rate, in_flight, queue };

struct ScalingRule {
  ScalingMetric metric = ScalingMetric::cpu;
  std::optional<RowId> queue;  // whose line
  double limit = 0;            // a share, nanoseconds, requests a nanosecond, requests
  bool above = true;           // or below
  Duration lasts;
  std::int64_t add = 0;
};

// How fast instances may come, or go.
struct ScalingPolicies {
  enum class Select : std::uint8_t { max, min, disabled };
  struct Policy {
    bool percent = false;  // of the instances at the begin of the period; else instances
    std::int64_t value = 0;
    Duration period;
  };
  Duration window;
  Select select = Select::max;
  std::vector<Policy> policies;
};

struct AutoscalerPlan : ResourcePlan {
  AutoscalerPlan() {
    in_bound = false;
    judged = false;
  }
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  RowId gate = 0;
  std::int64_t least = 1;
  std::int64_t most = 1;
  std::int64_t initial = 1;
  std::int64_t workers = 1;  // processes of an instance
  double request_cores = 1;  // of an instance
  Duration sync;
  Duration start_delay;
  std::optional<double> target;  // share of what is requested; absent: rules
  double tolerance = 0;
  ScalingPolicies up;
  ScalingPolicies down;
  std::vector<ScalingRule> rules;
  Duration cooldown;
  std::uint32_t added = 0;  // marks
  std::uint32_t removed = 0;
};

class Autoscaler final : public Resource {
 public:
  Autoscaler(Simulation& simulation, const AutoscalerPlan& plan);

  void for_each_member(const std::function<void(const Member&)>& visit) const override { visit(instances_); }
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  enum class State : std::uint8_t { off, starting, ready };
  struct Recommendation {
    SimTime at;
    std::int64_t instances = 0;
  };
  // What the service has done since the last look.
  struct Seen {
    std::int64_t cpu_ns = 0;
    Int128 inside_ns = 0;
    std::uint64_t arrivals = 0;
    std::uint64_t completed = 0;
  };

  void tick();
  [[nodiscard]] Seen look() const;
  [[nodiscard]] std::int64_t desired_by_use(std::int64_t cpu_ns) const;
  [[nodiscard]] std::int64_t stabilized(std::int64_t desired);
  [[nodiscard]] std::int64_t limited(std::int64_t desired) const;
  // How many there may be at most, or must be at least, by the policies of that direction (1, -1).
  [[nodiscard]] std::int64_t limit(const ScalingPolicies& rules, std::int64_t direction) const;
  [[nodiscard]] std::int64_t desired_by_rules(const Seen& seen);
  [[nodiscard]] double value_of(const ScalingRule& rule, const Seen& seen) const;
  void set_instances(std::int64_t wanted);
  void start_one();
  void stop_one();
  void tell_gate();
  [[nodiscard]] std::int64_t count(State state) const;
  [[nodiscard]] ServiceGate& gate() const;
  static void on_tick(void* self, std::uint64_t);
  static void on_ready(void* self, std::uint64_t instance);

  const AutoscalerPlan& plan_;
  Member instances_;
  std::vector<State> states_;
  std::vector<EventId> starts_;
  Seen last_;
  std::deque<Recommendation> recommended_;
  std::deque<Recommendation> changes_;  // of the number of instances, in the longest period of a policy
  std::vector<std::optional<SimTime>> held_since_;
  std::optional<SimTime> acted_;
};

}  // namespace loadstone
