#include "tests/support/estimate_check.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "sim/stats/estimate.hpp"

namespace loadstone::test {

double validation_scale() {
  const char* text = std::getenv("LOADSTONE_VALIDATION_SAMPLES");
  const double scale = text == nullptr ? 1 : std::strtod(text, nullptr);
  return scale > 0 && scale < 1 ? scale : 1;
}

testing::AssertionResult estimates(std::span<const double> values, double exact, double max_relative_half_width,
                                   double resolution) {
  const Estimate estimate = estimate_mean(values, kValidationConfidence);
  if (!estimate.ci) {
    return testing::AssertionFailure() << "no interval: " << estimate.why;
  }
  const double coarse = resolution * std::abs(exact);
  const Interval interval{estimate.ci->lo - coarse, estimate.ci->hi + coarse};
  const double half = interval.width() / 2 / std::abs(exact);
  const bool contains = interval.lo <= exact && exact <= interval.hi;
  const bool narrow = validation_scale() < 1 || half <= max_relative_half_width;
  char text[200];
  std::snprintf(text, sizeof text,
                "exact %.6g, estimate %.6g in [%.6g, %.6g], half-width %.2f %% (at most %.2f %%)%s%s", exact,
                estimate.value, interval.lo, interval.hi, half * 100, max_relative_half_width * 100,
                contains ? "" : "; the interval misses the exact value", narrow ? "" : "; the interval is too wide");
  return (contains && narrow ? testing::AssertionSuccess() : testing::AssertionFailure()) << text;
}

void expect_estimate(std::string_view what, std::span<const double> values, double exact,
                     double max_relative_half_width, double resolution) {
  const testing::AssertionResult result = estimates(values, exact, max_relative_half_width, resolution);
  std::printf("  %-42.*s %s\n", static_cast<int>(what.size()), what.data(), result.message());
  EXPECT_TRUE(result) << what;
}

}  // namespace loadstone::test
