// sim/kernel/processor_sharing.hpp
//
// Egalitarian processor sharing of one host's cores. Jobs belong to classes; all jobs of a class run at the same
// rate, so each class has one virtual clock (the work a job of the class has attained), and only the class with the
// next completion has an event. The rates are the water-filling solution: every job gets the same share unless its
// class's cap or quota is lower, and what they leave is shared by the others.
//
// Order. All jobs whose demand is attained leave together, in the order in which they came; one of them can still be
//        stopped by those before it, until take() hands out its action.
// Quota. With a period, a class may use quota x period of core time in each period, whatever cores its jobs get;
//        when that is used up, its jobs stand still until the next period begins (CFS bandwidth control). Periods begin
//        at the multiples of their length; nothing is carried over.
// Exact. Virtual time is fixed point (2^-40 ns); rates are rounded down and completions up to the next nanosecond, with
//        a thousandth of one to spare for what the rates have lost. None is rescheduled at dt = 0.
// Loss.  With contention all rates are lowered by the same factor; the cores are as busy as without it.
// Cost.  O(log n) for an arrival or a completion, plus O(classes that have jobs). There can be thousands of hosts, each
//        cold when its next event comes: what every event touches comes first, here and in a class.
// Not.   It does not schedule: the kernel asks next_completion() and calls advance().
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/kernel/contention.hpp"

namespace loadstone {

class ProcessorSharing {
 public:
  explicit ProcessorSharing(double cores);

  void contend(const Contention& contention) { contention_ = contention; }

  std::uint32_t add_class(double cap, double quota, Duration period = {});

  // From now on the jobs of a class get done only 1/factor of the work for which they have cores.
  void set_slowness(SimTime now, std::uint32_t job_class, double factor);

  struct Handle {
    std::uint32_t slot;
    std::uint32_t generation;
  };
  Handle start(SimTime now, std::uint32_t job_class, std::int64_t work, Action done);
  // True if the job's action has not been taken and now never will be.
  bool stop(SimTime now, Handle job);

  // The instant of the next completion under the present rates.
  [[nodiscard]] std::optional<SimTime> next_completion() const;
  struct Completed {
    Handle job;
    std::uint64_t sequence;  // of its arrival
  };
  // Moves the clocks to `now` and sets `completed` to the jobs that are done, in order of arrival.
  void advance(SimTime now, std::vector<Completed>& completed);
  // The action of a job that advance() reported, once; nothing if it was stopped since.
  std::optional<Action> take(Handle job);

  [[nodiscard]] std::size_t jobs() const { return jobs_; }
  // Integral of busy cores up to `now`, in core-nanoseconds.
  [[nodiscard]] double busy_core_ns(SimTime now);

 private:
  struct Item {          // of a class's heap, by attained work at which the job is done, then by arrival
    UInt128 finish = 0;  // 2^-40 ns
    std::uint64_t sequence = 0;
    std::uint32_t slot = 0;
  };
  struct alignas(64) Class {
    std::vector<Item> heap;
    std::uint64_t rate = 0;   // attained work per ns, 2^-40
    UInt128 clock = 0;        // attained work of every job, 2^-40 ns
    std::uint64_t cores = 0;  // of each job, 2^-40: as the rate, unless it is slow
    double slowness = 1;
    std::size_t unhindered = 0;  // alone, up to so many jobs have `cap` each, and lose nothing by contention
    double cap = 1;
    double quota = 1;
    UInt128 left = 0;      // of the core time of this period, 2^-40 ns
    Duration period;       // 0: the quota holds at every instant
    SimTime refills_at;    // when the next one begins
    bool stopped = false;  // until then
  };
  struct Job {
    Action done;
    std::uint32_t job_class = 0;
    std::uint32_t position = 0;  // in the heap of its class; kLeft once its demand is attained; next free slot
    std::uint32_t generation = 1;
  };

  static constexpr std::uint32_t kLeft = 0xffffffff;
  static constexpr std::uint32_t kNoSlot = 0xffffffff;

  [[nodiscard]] bool is_current(Handle job) const {
    return job.slot < slots_.size() && slots_[job.slot].generation == job.generation;
  }
  [[nodiscard]] UInt128 core_time_of_period(const Class& c) const;
  void use_quota(Class& c, SimTime now) const;
  [[nodiscard]] SimTime next_stop_or_start(const Class& c) const;
  void move_clocks(SimTime now);
  void share();
  void share_by_limit();
  [[nodiscard]] static double limit_of_each(const Class& c);
  static void set_rate(Class& c, double rate, double efficient);
  [[nodiscard]] double efficiency() const;
  void remove(std::uint32_t slot);
  void free_slot(std::uint32_t slot);
  void sift(Class& c, std::size_t position);
  static bool earlier(const Item& a, const Item& b) {
    return a.finish != b.finish ? a.finish < b.finish : a.sequence < b.sequence;
  }

  SimTime now_;
  std::size_t jobs_ = 0;
  UInt128 busy_ = 0;  // 2^-40 core-ns
  std::uint64_t sequence_ = 0;
  std::vector<Class> classes_;
  std::vector<std::uint32_t> active_;    // classes with jobs, ascending
  std::vector<std::uint32_t> periodic_;  // classes with a period
  std::vector<Job> slots_;
  std::uint32_t free_head_ = kNoSlot;
  double cores_;
  Contention contention_;
  struct Limited {
    double limit;  // cores of each job at most
    std::uint32_t job_class;
  };
  std::vector<Limited> by_limit_;  // scratch of share_by_limit(): the active ones, lowest limit first
};

}  // namespace loadstone
