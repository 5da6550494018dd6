// sim/kernel/processor_sharing.hpp
//
// Egalitarian processor sharing of one host's cores, by classes of jobs (clocked_jobs.hpp). Only the class with the
// next completion has an event. The rates are the water-filling solution: every job gets the same share unless its
// class's cap or quota is lower, and what they leave is shared by the others.
//
// Quota. With a period, a class may use quota x period of core time in each period, whatever cores its jobs get;
//        when that is used up, its jobs stand still until the next period begins (CFS bandwidth control). Periods begin
//        at the multiples of their length; nothing is carried over.
// Loss.  With contention all rates are lowered by the same factor; the cores are as busy as without it.
// Cost.  Beside the heaps, O(classes that have jobs) for each change.
// Not.   It does not schedule: the kernel asks next_completion() and calls advance().
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/kernel/clocked_jobs.hpp"
#include "sim/kernel/contention.hpp"

namespace loadstone {

struct alignas(64) CoreClass : ClassClock {
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

class ProcessorSharing : public ClockedJobs<ProcessorSharing, CoreClass> {
 public:
  explicit ProcessorSharing(double cores);

  void contend(const Contention& contention) { contention_ = contention; }

  std::uint32_t add_class(double cap, double quota, Duration period = {});

  // From now on the jobs of a class get done only 1/factor of the work for which they have cores.
  void set_slowness(SimTime now, std::uint32_t job_class, double factor);

  // The instant of the next completion under the present rates.
  [[nodiscard]] std::optional<SimTime> next_completion() const;

  // Integral of busy cores up to `now`, in core-nanoseconds.
  [[nodiscard]] double busy_core_ns(SimTime now);

 private:
  friend ClockedJobs<ProcessorSharing, CoreClass>;

  [[nodiscard]] UInt128 core_time_of_period(const CoreClass& c) const;
  void use_quota(CoreClass& c, SimTime now) const;
  [[nodiscard]] SimTime next_stop_or_start(const CoreClass& c) const;
  void move_clocks(SimTime now);
  void share();
  void share_by_limit();
  [[nodiscard]] static double limit_of_each(const CoreClass& c);
  static void set_rate(CoreClass& c, double rate, double efficient);
  [[nodiscard]] double efficiency() const;

  UInt128 busy_ = 0;                     // 2^-40 core-ns
  std::vector<std::uint32_t> periodic_;  // classes with a period
  double cores_;
  Contention contention_;
  struct Limited {
    double limit;  // cores of each job at most
    std::uint32_t job_class;
  };
  std::vector<Limited> by_limit_;  // scratch of share_by_limit(): the active ones, lowest limit first
};

}  // namespace loadstone
