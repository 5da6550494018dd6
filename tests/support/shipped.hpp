// tests/support/shipped.hpp
//
// The topologies and workloads that come with the program, read from their files, with an overlay or with parameters
// set, and the search for what breaks first in them.
//
// Fails. std::invalid_argument whose message is all diagnostics.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sim/experiment/saturate.hpp"
#include "src/load/loader.hpp"

namespace loadstone::test {

class Shipped {
 public:
  // By name: "ratiba", "saas-mix". The overlays are YAML texts that are merged over the files, as `extends` does.
  Shipped(std::string_view topology, std::string_view workload, std::string_view topology_overlay = {},
          std::string_view workload_overlay = {});

  [[nodiscard]] load::Loaded load(const Overrides& overrides = {}) const;

  // What is written in the topology under these keys ("0" is a list's first item), or in the parameter that is named
  // there: a number or the mean of a distribution, in seconds or per second where it is a time or a rate.
  using Keys = std::initializer_list<std::string_view>;
  [[nodiscard]] double number(Keys keys, const Overrides& overrides = {}) const;
  [[nodiscard]] double parameter(const std::string& name, const Overrides& overrides = {}) const;
  // Arrivals of a flow per second at load 1, where the workload is one constant mix.
  [[nodiscard]] double arrivals(std::string_view flow) const;

 private:
  load::Inputs inputs_;
};

struct JudgedLoad {
  bool saturated = false;
  std::string first;  // "" if nothing is saturated
};

// The verdict over four replications of so many seconds each, after a warm-up of a fifth of that.
[[nodiscard]] JudgedLoad judged(const Shipped& shipped, double load, double seconds, const Overrides& overrides = {});

// Nothing is saturated at the load `below`, and at `above` that resource is, before all others.
void expect_breaks_between(const Shipped& shipped, double below, double above, double seconds, const std::string& first,
                           const Overrides& overrides = {});

struct BoundAt {
  double load = 0;
  std::string resource;
  std::map<std::string, double> of;  // the load that each resource alone allows
};

[[nodiscard]] BoundAt bound_of(const Shipped& shipped, const Overrides& overrides = {});

struct SearchEffort {
  std::size_t replications = 10;
  double completions = 500;
  std::uint64_t seed = 1;
  std::string axis = "load";
  double load = 1;  // where the axis is a parameter
  std::optional<double> from = {};
  std::optional<double> to = {};
};

// What `loadstone saturate` finds first.
[[nodiscard]] Saturated first_to_break(const Shipped& shipped, const Overrides& overrides = {},
                                       const SearchEffort& effort = {});

}  // namespace loadstone::test
