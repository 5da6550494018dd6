// sim/experiment/sensitivity.hpp
//
// How much of an answer hangs on guesses: each number that nobody has measured is varied over its range, alone and
// together with all others.
//
// Alone.    Each guess at both ends of its range, the others as written (a tornado).
// Together. A Latin hypercube on a logarithmic scale: of n samples, each guess is once in each n-th of its range.
// Order.    The points are: as written; low and high of each guess in turn; the samples. Which of them is run first
//           makes no difference.
// Not.      It reads no files and runs nothing: who asks evaluates the points and brings the outcomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/run_result.hpp"
#include "sim/stats/estimate.hpp"

namespace loadstone {

// A number whose true value is between `low` and `high` times what is written. REQUIRES: 0 < low <= 1 <= high.
struct VariedNumber {
  std::string path;   // "resources.jobs.max_jobs"
  std::string value;  // as written
  double low = 1;
  double high = 1;
  std::string low_text;  // as it would be written there
  std::string high_text;
};

// One factor for each guess.
using Factors = std::vector<double>;
[[nodiscard]] std::vector<Factors> sensitivity_points(const std::vector<VariedNumber>& guesses, std::size_t samples,
                                                      std::uint64_t seed);

// What was found at a point.
struct Outcome {
  std::string impossible;  // why nothing can be run there; the rest is empty then
  Estimate at;             // the load at which it breaks
  std::string first;       // resource or threshold; "" where nothing breaks
};

// One guess alone.
struct Swing {
  VariedNumber guess;
  Outcome low;
  Outcome high;
  bool flips = false;           // another is first at one of its ends
  double factor = 1;            // the greatest capacity of the three over the smallest
  double rank_correlation = 0;  // of the guess with the capacity, over the samples (Spearman); 0 where there are none
};

struct FirstShare {
  std::string first;
  std::size_t samples = 0;
};

struct Sensitivity {
  Identity identity;
  Outcome as_written;
  std::vector<Swing> alone;             // those that flip, then by their factor, greatest first
  std::size_t samples = 0;              // that could be run
  std::size_t impossible = 0;           // and those that could not
  std::vector<FirstShare> together;     // most frequent first
  std::vector<double> capacities;       // of the samples, ascending
  std::vector<std::string> not_varied;  // paths of guesses that were left as they are, with the reason
};

// REQUIRES: as many outcomes as there are points, in their order.
[[nodiscard]] Sensitivity summarize_sensitivity(const std::vector<VariedNumber>& guesses,
                                                const std::vector<Factors>& points,
                                                const std::vector<Outcome>& outcomes);

// The p-quantile of ascending values: the smallest that at least that share does not pass. NaN of none.
[[nodiscard]] double quantile_of(const std::vector<double>& ascending, double p);

}  // namespace loadstone
