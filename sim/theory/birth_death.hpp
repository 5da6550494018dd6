// sim/theory/birth_death.hpp
//
// The stationary distribution of a finite birth-death chain, by the product form p(n+1) = p(n) birth(n) / death(n+1).
//
// Symbols. births[n]: rate from n to n + 1; deaths[n]: rate from n + 1 to n; both have one entry per transition.
// Source.  Kleinrock, Queueing Systems I (1975), 3.1.
// Range.   Weights are rescaled on the way up, so long chains and steep ratios neither overflow nor lose the peak.
#pragma once

#include <span>
#include <vector>

namespace loadstone {

// p(0) .. p(births.size()), summing to 1. REQUIRES: equal sizes; births >= 0; deaths > 0.
[[nodiscard]] std::vector<double> birth_death_stationary(std::span<const double> births,
                                                         std::span<const double> deaths);

}  // namespace loadstone
