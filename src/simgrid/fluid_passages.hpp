// src/simgrid/fluid_passages.hpp
//
// Bytes between hosts of a platform that SimGrid has read: a Comm each, under whatever model the platform asks for.
//
// Work. Of a job, its bytes. A Comm ends when SimGrid says so, latencies included, rounded up to the nanosecond.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "src/simgrid/fluid_host.hpp"

namespace loadstone::simgrid_engine {

class FluidPassages final : public FluidHost {
 public:
  FluidPassages(Platform& platform, std::uint32_t index)
      : FluidHost(platform, index, Kind::link, std::numeric_limits<double>::infinity()) {}

  // The index of its class of jobs. REQUIRES: the platform has both hosts.
  std::uint32_t add(SimTime now, const std::string& from, const std::string& to) {
    places_.push_back(platform_.passage(from, to));
    return add_class(now, 1, std::numeric_limits<double>::infinity(), {});
  }

 protected:
  [[nodiscard]] const Place& place_of(std::uint32_t job_class) override { return places_[job_class]; }
  [[nodiscard]] bool is_hindering() const override { return jobs() > 0; }

 private:
  std::vector<Place> places_;  // by class
};

}  // namespace loadstone::simgrid_engine
