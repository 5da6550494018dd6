// src/simgrid/fluid_host.hpp
//
// A host or a link of the model on a host or a link of SimGrid: who shares it, and under which terms. How it is shared
// is SimGrid's business; it is told each job's bound, and how long a core-nanosecond of work takes.
//
// Terms. A job's bound is the cap of its class, or its part of the class's quota where that is less. SimGrid cannot
//        change the bound of what runs: when the terms of a class change, its jobs are cancelled and what is left of
//        them begins again.
// Quota. With a period, the core time that a class uses is accounted for here, by the rates that max-min gives; its
//        jobs are taken off SimGrid while they stand still.
// Early. Work is made shorter by a thousandth of a core-nanosecond (by more where the clock is coarser), so that its
// end
//        comes before the instant that it is rounded up to: SimGrid runs the timers of a date before the completions of
//        the same date.
// Stays. SimGrid gives the share of what ends to the others at once; for us it keeps it to the end of that nanosecond.
//        Where anybody would get it, something else runs in its place until then: a thousand ends on a busy host are a
//        hundred nanoseconds otherwise.
// Owns.  The jobs, until their ends have been handed out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "sim/kernel/contention.hpp"
#include "sim/kernel/kernel.hpp"
#include "src/simgrid/platform.hpp"

namespace loadstone::simgrid_engine {

class FluidHost {
 public:
  enum class Kind : std::uint8_t { host, link };

  FluidHost(Platform& platform, std::uint32_t index, Kind kind, double cores)
      : platform_(platform), cores_(cores), index_(index), kind_(kind) {}
  FluidHost(const FluidHost&) = delete;
  FluidHost& operator=(const FluidHost&) = delete;
  virtual ~FluidHost() = default;

  void contend(const Contention& contention) { contention_ = contention; }
  std::uint32_t add_class(SimTime now, double cap, double quota, Duration period);
  void set_slowness(SimTime now, std::uint32_t job_class, double factor);

  struct Started {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
  };
  // REQUIRES: work > 0.
  Started start(SimTime now, std::uint32_t job_class, std::int64_t work, Action done);
  // The same for a job that ends at once: it is attained already.
  Started start_empty(std::uint32_t job_class, Action done);
  // True if the job's action has not been taken and now never will be.
  bool stop(SimTime now, std::uint32_t slot, std::uint32_t generation);

  // SimGrid says that the job in that slot ended; its action is to be taken at `at`.
  void attained(std::uint32_t slot, SimTime at);
  // The jobs attained by then leave, in the order in which they came; their handles.
  [[nodiscard]] std::vector<Started> leave(SimTime now);
  // When the next of those leave; kEndOfTime if there are none.
  [[nodiscard]] SimTime next_leaving() const {
    return attained_.empty() ? kEndOfTime : SimTime{attained_.begin()->first};
  }
  // The action of one that has left; none if it was stopped since.
  [[nodiscard]] Action take(Started job);

  // When the next job ends, where that is known without SimGrid: all have had all they want since they came.
  [[nodiscard]] std::optional<SimTime> certain_end();

  // When a quota is used up or comes anew, under the present rates; kEndOfTime if never.
  [[nodiscard]] SimTime next_turn(SimTime now);
  // That instant has come.
  void turn(SimTime now);

  [[nodiscard]] double busy_core_ns(SimTime now);
  [[nodiscard]] std::size_t jobs() const { return jobs_; }

 protected:
  struct Terms {
    double bound = 1;
    double factor = 1;  // how much longer the work takes
    bool stopped = false;
    bool operator==(const Terms&) const = default;
  };
  struct Class {
    double cap = 1;
    double quota = 1;
    Duration period;
    double slowness = 1;
    Terms terms;
    std::vector<std::uint32_t> members;  // slots
    double left = 0;                     // core-nanoseconds of this period
    SimTime refills_at;
    bool used_up = false;
  };

  // Where the jobs of a class are done.
  [[nodiscard]] virtual const Place& place_of(std::uint32_t job_class);
  // Whether some jobs have less than they want.
  [[nodiscard]] virtual bool is_hindering() const;
  // Whether others would take what one leaves.
  [[nodiscard]] virtual bool is_short() const { return wanted() > cores_; }
  // What was done since the last change, while nothing changed but the number of a period.
  virtual void account(SimTime now);

  Platform& platform_;
  double cores_;
  std::vector<Class> classes_;
  SimTime accounted_;

 private:
  struct Job {
    Action done;
    std::uint32_t job_class = 0;
    std::uint32_t generation = 1;
    std::uint64_t order = 0;
    double left = 0;   // core-nanoseconds, when it began last
    double early = 0;  // by so much was it made shorter
    Terms terms;       // under which it began
    SimTime due;       // if nothing ever hinders it
    simgrid::s4u::ActivityPtr activity;
    bool is_member = false;
    bool is_attained = false;  // what runs for it is in its place only
  };

  std::uint32_t take_slot(std::uint32_t job_class, Action done);
  void free_slot(std::uint32_t slot);
  void begin(std::uint32_t slot);
  void suspend(std::uint32_t slot);
  void remove(std::uint32_t slot);
  void use_quota(Class& c, SimTime now, double rate) const;
  void retune();
  [[nodiscard]] Terms terms_of(const Class& c) const;
  [[nodiscard]] double bound_of(const Class& c) const;
  [[nodiscard]] double fair_share() const;
  [[nodiscard]] double wanted() const;

  std::uint32_t index_;
  Kind kind_;
  Contention contention_;
  Place place_;
  std::vector<Job> slots_;
  std::vector<std::uint32_t> free_;
  std::map<std::int64_t, std::vector<Started>> attained_;  // by the instant at which they leave
  std::size_t jobs_ = 0;
  std::uint64_t order_ = 0;
  std::uint64_t hindered_before_ = 0;  // those that came earlier may end later than they are due
  double busy_ = 0;
};

}  // namespace loadstone::simgrid_engine
