// sim/executor/user_source.hpp
//
// Virtual users: each runs an iteration (a request), thinks, and runs the next. The source behind all VU executors.
//
// Draws. User i's iteration n has the key (scenario, i, n), whatever the other users do and however many there are;
//        the pause after it is a draw of that key. Attributes drawn each vu are draws of (scenario, i).
// Order. A user who returns at an instant joins lines by an event in Phase::arrival of that instant: behind those who
//        wait and those who are granted. Users stop (Phase::wake) before others start at the same instant.
// Load.  Multiplies the number of users, to the nearest, and at least 1 where there are any.
// Ends.  At the scenario's end no iteration starts any more; started ones go on to their end, or to `graceful_stop`
//        where it is written. Constant users that last to the workload's end go on while the run drains.
#pragma once

#include <optional>
#include <vector>

#include "sim/engine/drawn.hpp"
#include "sim/engine/model.hpp"
#include "sim/executor/request_plan.hpp"
#include "sim/executor/user_fields.hpp"

namespace loadstone {

class ModelBuilder;

struct UserSourcePlan : SourcePlan {
  // A stretch in which the number of users goes linearly to `target`: one user at a time, at equal intervals, the last
  // at its end. A length of 0 changes it at once.
  struct Ramp {
    Duration length;
    std::int64_t target = 0;  // at load 1
  };

  [[nodiscard]] std::unique_ptr<Source> instantiate(Simulation& simulation) const override;
  void hold_peak(Duration until) override;
  [[nodiscard]] std::optional<std::int64_t> peak_users(double load) const override;

  Duration start;
  std::vector<Ramp> ramps;                          // from 0 users at the start
  std::optional<std::int64_t> iterations_per_user;  // absent: without end
  std::optional<std::int64_t> iterations_shared;    // by all users, who take the next when they are free
  std::optional<Duration> graceful_stop;
  std::optional<Duration> graceful_ramp_down;
  ErrorId interrupted = kNoError;
  Drawn think;
  bool think_first = false;
  RequestPlan requests;
};

// What every VU executor has: flows, attributes, thinking.
[[nodiscard]] std::unique_ptr<UserSourcePlan> user_source_of(const ScenarioSpec& spec, ModelBuilder& builder,
                                                             const UserFields& fields);

}  // namespace loadstone
