// tests/unit/resource/opened.hpp
//
// How many connections a pool has opened over a run: those that are open, and those that have been closed.
#pragma once

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {

inline std::uint64_t opened(const SeenRun& seen, std::string_view connections) {
  const Totals& totals = seen.totals(connections);
  return static_cast<std::uint64_t>(totals.in_use) + totals.completed;
}

}  // namespace loadstone::test
