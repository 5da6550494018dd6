// tests/fidelity/closed_load.hpp
//
// Users who come back at once, and what was seen inside the measured window. What ends at the instant at which the
// window does is not in it: tests let it end between two instants.
#pragma once

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {

// `count` users of flow "go" who do not pause, measured from `warmup` for `duration`.
inline std::string users(int count, const std::string& duration, const std::string& warmup = "0s") {
  return "workload: users\nwarmup: " + warmup + "\nduration: " + duration +
         "\nscenarios:\n  s: {executor: constant-vus, exec: go, vus: " + std::to_string(count) +
         ", thinkTime: 0s, duration: " + duration + "}\n";
}

// Of a resource at the end of the measured window.
inline const Totals& at_window_end(const SeenRun& seen, std::string_view resource) {
  return seen.row(resource).meter.at_edge.back();
}

}  // namespace loadstone::test
