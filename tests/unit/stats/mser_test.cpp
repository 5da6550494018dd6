#include "sim/stats/mser.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace loadstone {
namespace {

std::vector<double> repeated(std::vector<double> series, const std::vector<double>& pattern, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    series.insert(series.end(), pattern.begin(), pattern.end());
  }
  return series;
}

// 10, 8 and then 0, 1, 0, 1, .. (20 values): without the first two the squares sum to 20 / 4 = 5, and 5 / 20^2 =
// 0.0125; one more value gone is 4.737 / 19^2 = 0.0131, one fewer 58.6 / 21^2 = 0.133.
TEST(Mser, CutsWhatIsUnlikeTheRest) {
  EXPECT_EQ(mser_truncation(repeated({10, 8}, {0, 1}, 10)), 2u);
}

TEST(Mser, CutsNothingOfASeriesThatIsTheSameThroughout) {
  EXPECT_EQ(mser_truncation(repeated({}, {3}, 40)), 0u);
  EXPECT_EQ(mser_truncation(repeated({}, {0, 1}, 20)), 0u);
}

// A line that grows has no end of its beginning: of y_i = i the squares of the last k sum to k (k^2 - 1) / 12, so the
// statistic (k^2 - 1) / 12 k is least for the fewest that may be kept.
TEST(Mser, CutsAGrowingSeriesToTheFewestThatAreKept) {
  std::vector<double> growing;
  for (int i = 0; i < 100; ++i) {
    growing.push_back(i);
  }
  EXPECT_EQ(mser_truncation(growing), 100 - kMserKeeps);
}

TEST(Mser, CutsNothingOfFewerThanAreKept) {
  EXPECT_EQ(mser_truncation({}), 0u);
  EXPECT_EQ(mser_truncation(std::vector<double>{9, 1, 1, 1}), 0u);
}

}  // namespace
}  // namespace loadstone
