// src/calibrate/coverage.hpp
//
// How often a 95 % interval of `loadstone run` holds the exact value, over many experiments that differ in their seed
// alone: M/M/1 at 0.8, M/M/5 at 0.9, and ten users who ask two servers.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/executor.hpp"

namespace loadstone::calibrate {

struct CoverageRow {
  std::string model;
  std::string figure;
  double exact_ms = 0;
  std::size_t experiments = 0;
  std::size_t covered = 0;
  double relative_width = 0;  // half of an interval over the exact value, mean
  double bias = 0;            // of the estimates' mean, relative
};

// Each experiment is what `loadstone run` does by itself: ten replications, the first fifth of each left out.
[[nodiscard]] std::vector<CoverageRow> calibrate_coverage(std::size_t experiments, std::uint64_t first_seed,
                                                          Executor& executor);

}  // namespace loadstone::calibrate
