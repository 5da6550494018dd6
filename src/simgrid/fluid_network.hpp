// src/simgrid/fluid_network.hpp
//
// Links that routes join, on links and routes of SimGrid. How they are shared is SimGrid's business; how much of each
// link that uses is found here (it does not say so before time has passed), by no code of the native kernel's.
//
// Units. SimGrid's payloads are whole numbers: the links are so wide in its bytes that the narrowest one known when the
//        first transfer begins moves 2^14 of them in a nanosecond.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "src/simgrid/fluid_host.hpp"

namespace loadstone::simgrid_engine {

class FluidNetwork final : public FluidHost {
 public:
  FluidNetwork(Platform& platform, std::uint32_t index)
      : FluidHost(platform, index, Kind::link, std::numeric_limits<double>::infinity()) {}

  std::uint32_t add_link(double bandwidth, double wires);
  // The index of its class of jobs.
  std::uint32_t add_route(SimTime now, std::vector<std::uint32_t> links);

  [[nodiscard]] LinkLoad load(std::uint32_t link) const;
  [[nodiscard]] double used_ns(SimTime now, std::uint32_t link);

 protected:
  [[nodiscard]] const Place& place_of(std::uint32_t job_class) override;
  [[nodiscard]] bool is_hindering() const override;
  [[nodiscard]] bool is_short() const override { return jobs() > 1; }
  void account(SimTime now) override;

 private:
  struct Link {
    double bandwidth;
    double capacity;
    const simgrid::s4u::Link* made = nullptr;
    double used_ns = 0;
  };
  struct Route {
    std::vector<std::uint32_t> links;
    double alone = 1;
    Place place;
  };

  struct Shares {
    std::vector<double> each;  // the bandwidth of each job, by route
    std::vector<double> used;  // of each link, by all of them
  };

  [[nodiscard]] double jobs_on(std::size_t route) const { return static_cast<double>(classes_[route].members.size()); }
  [[nodiscard]] Shares shares() const;

  std::vector<Link> links_;
  std::vector<Route> routes_;  // by class
  double bytes_ = 0;           // SimGrid's, for one of ours
};

}  // namespace loadstone::simgrid_engine
