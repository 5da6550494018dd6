// sim/kernel/network.hpp
//
// Links that routes join: a job moves over all links of its route at once, and all jobs share the links max-min fairly.
// Each route is a class of jobs (clocked_jobs.hpp), since all that take one route have one rate.
//
// Rates. Progressive filling: all rates grow alike until a link is used up; those that cross it stay as they are, the
//        others go on growing. So each job has a link that is used up and where nobody is faster (what it is held up
//        by), or is as fast as the narrowest link of its route lets one alone be.
// Work.  A job's work is the time (ns) that it takes with its route to itself: at the bandwidth of the narrowest link.
// Ties.  What is whole but for the last bits of a double is whole: a half that comes out of a sum is a half.
// Cost.  For each change: links in use x (routes in use + links that are used up).
// Not.   No latency, and no limit on a job but its links: over a route of none it takes the time of its work.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "sim/kernel/clocked_jobs.hpp"
#include "sim/kernel/kernel.hpp"

namespace loadstone {

struct RouteClass : ClassClock {
  std::vector<std::uint32_t> links;
  double alone = 1;  // bandwidth of one job with the route to itself
  double each = 0;   // of each job now
};

class Network : public ClockedJobs<Network, RouteClass> {
 public:
  // `bandwidth`: of one job, in bytes per ns; all jobs together have `wires` times as much. REQUIRES: both > 0.
  std::uint32_t add_link(double bandwidth, double wires);
  // REQUIRES: no link twice.
  std::uint32_t add_route(std::span<const std::uint32_t> links);

  // The instant of the next completion under the present rates.
  [[nodiscard]] std::optional<SimTime> next_completion() const;

  [[nodiscard]] LinkLoad load(std::uint32_t link) const { return links_[link].load; }
  // The integral of the share of the link's bandwidth (of one wire's) that is used, up to `now`, in ns.
  [[nodiscard]] double used_ns(SimTime now, std::uint32_t link);
  // The bandwidth that each job on the route has now. REQUIRES: there are some.
  [[nodiscard]] double rate_of(std::uint32_t route) const { return classes_[route].each; }

 private:
  friend ClockedJobs<Network, RouteClass>;

  struct Link {
    double bandwidth = 0;
    double capacity = 0;
    double left = 0;            // while rates are found: of the capacity
    std::size_t undecided = 0;  // and jobs that cross it and may get faster
    bool is_tight = false;      // and it is used up by them now
    double fastest = 0;         // of the jobs that cross it
    std::uint64_t used = 0;     // bandwidths, 2^-40
    UInt128 used_ns = 0;        // 2^-40
    LinkLoad load;
  };

  void move_clocks(SimTime now);
  void share();
  void find_rates();
  void decide(RouteClass& route, double each);
  void weigh_links();

  std::vector<Link> links_;
  std::vector<std::uint32_t> crossed_;    // scratch: links that jobs cross
  std::vector<std::uint32_t> undecided_;  // scratch: routes whose rate is not found yet
};

}  // namespace loadstone
