#include "sim/stats/mser.hpp"

#include <limits>

namespace loadstone {

std::size_t mser_truncation(std::span<const double> series) {
  // From the last value backwards (Welford), so that nothing cancels.
  double mean = 0;
  double squares = 0;
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = 0;
  for (std::size_t d = series.size(); d-- > 0;) {
    const auto kept = static_cast<double>(series.size() - d);
    const double from_mean = series[d] - mean;
    mean += from_mean / kept;
    squares += from_mean * (series[d] - mean);
    const double statistic = squares / (kept * kept);
    if (series.size() - d >= kMserKeeps && statistic <= least) {
      least = statistic;
      best = d;
    }
  }
  return best;
}

}  // namespace loadstone
