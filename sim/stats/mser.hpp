// sim/stats/mser.hpp
//
// Where the beginning of a series ends that does not look like the rest of it: the marginal standard error rule (White,
// An effective truncation heuristic for bias reduction in simulation output, 1997).
#pragma once

#include <cstddef>
#include <span>

namespace loadstone {

// How many values to leave out so that the standard error of the mean of the others, as if they were independent, is
// least: the d that minimizes sum over i >= d of (y_i - mean)^2 / (n - d)^2, the smallest of equals. At least
// `kMserKeeps` are kept: a few last ones that happen to agree say nothing. More than half of the series means that it
// has not settled, and is no place to cut. Cost: linear.
[[nodiscard]] std::size_t mser_truncation(std::span<const double> series);

inline constexpr std::size_t kMserKeeps = 5;

}  // namespace loadstone
