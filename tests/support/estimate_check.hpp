// tests/support/estimate_check.hpp
//
// The judge of every validation test: does the interval over replications contain the exact value, and is it narrow
// enough to mean something? The second condition keeps a broken engine from passing by being vague.
//
// Rule.  One value per replication; Student's interval of 99 %. A miss is answered by ten times the samples, never by
//        another seed or a wider bound.
// Scale. LOADSTONE_VALIDATION_SAMPLES (1 if unset, at most 1) shortens the runs, for sanitizers; below 1 the width is
//        not judged, the containment still is.
#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string_view>

namespace loadstone::test {

inline constexpr double kValidationConfidence = 0.99;
inline constexpr double kMeanWidth = 0.02;  // relative half-width that a mean must reach
inline constexpr double kTailWidth = 0.05;  // second moments and quantiles

// 0 < share <= 1.
[[nodiscard]] double validation_scale();

// Success says in its message what failure would: interval, exact value, half-width. `resolution` is how coarse the
// values themselves are, as a share (Histogram::kRelativeError for quantiles); the interval is widened by it.
[[nodiscard]] testing::AssertionResult estimates(std::span<const double> values_per_replication, double exact,
                                                 double max_relative_half_width, double resolution = 0);

// Expects the above and prints it as one line.
void expect_estimate(std::string_view what, std::span<const double> values_per_replication, double exact,
                     double max_relative_half_width = kMeanWidth, double resolution = 0);

}  // namespace loadstone::test
