// src/calibrate/detector.hpp
//
// How often the verdict "saturated" is wrong, on systems of which the right answer is known, at the run lengths that
// `saturate` chooses; and how far the capacities that it finds are from exact ones.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/executor.hpp"
#include "sim/stats/estimate.hpp"
#include "src/calibrate/known_system.hpp"

namespace loadstone::calibrate {

struct DetectorRow {
  Band band;
  std::size_t systems = 0;
  std::size_t runs = 0;       // verdicts, each over ten replications
  std::size_t saturated = 0;  // how often that is what it said
  double events = 0;          // spent on a verdict, mean
  struct Family {
    std::string name;
    std::size_t runs = 0;
    std::size_t saturated = 0;
  };
  std::vector<Family> families;  // in the order of appearance
};

// `half`: 0 for tuning, 1 for what is published. At least `runs` verdicts a band.
[[nodiscard]] std::vector<DetectorRow> calibrate_detector(std::size_t half, std::size_t runs, std::uint64_t seed,
                                                          Executor& executor);

struct CapacityRow {
  std::string family;
  double exact = 0;
  Estimate found;

  [[nodiscard]] bool is_covered() const { return found.ci && found.ci->lo <= exact && exact <= found.ci->hi; }
  [[nodiscard]] double error() const { return found.value / exact - 1; }
};

[[nodiscard]] std::vector<CapacityRow> calibrate_capacity(std::size_t systems, std::uint64_t seed, Executor& executor);

}  // namespace loadstone::calibrate
