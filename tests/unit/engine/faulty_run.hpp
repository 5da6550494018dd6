// tests/unit/engine/faulty_run.hpp
//
// One run under faults, with what it says of its resources and flows (see seen_run.hpp).
#pragma once

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {

// A topology in which requests are served for a second each, one at a time.
inline const std::string kDeskOfASecond =
    "resources: {desk: {kind: station, service: 1s}}\nflows: {go: {steps: [{visit: desk}]}}\n";

// `more`: further top-level keys of the workload, as lines.
inline SeenRun faulty(const std::string& topology, const std::vector<Arrivals>& arrivals, const std::string& faults,
                      const std::string& more = "", std::string_view duration = "1000s") {
  return SeenRun(
      model("topology: t\n" + topology, arrivals_at(arrivals, duration) + "faults: [" + faults + "]\n" + more));
}

}  // namespace loadstone::test
