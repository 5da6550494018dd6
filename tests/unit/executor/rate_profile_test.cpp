// Times in ns, rates per ns; a(t) is the integral of the rate up to t, reaches(a) its inverse.
#include "sim/executor/rate_profile.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "sim/base/infinity.hpp"
#include "sim/random/keyed.hpp"

namespace loadstone {
namespace {

struct Stretch {
  std::int64_t length;
  double from;
  double to;
};

RateProfile profile_of(const std::vector<Stretch>& stretches) {
  RateProfile profile;
  for (const Stretch& s : stretches) {
    profile.add({s.length}, s.from, s.to);
  }
  return profile;
}

// a(t) by adding up trapezoids.
double integral_up_to(const std::vector<Stretch>& stretches, double t) {
  double sum = 0;
  for (const Stretch& s : stretches) {
    const auto length = static_cast<double>(s.length);
    const double part = std::min(t, length);
    sum += part * (s.from + (s.to - s.from) * part / length / 2);
    t -= part;
  }
  return sum;
}

TEST(RateProfile, AnEmptyOneReachesNothing) {
  const RateProfile empty;
  EXPECT_EQ(empty.reaches(0, true), kInfinity);
  EXPECT_FALSE(empty.continues());
  EXPECT_EQ(empty.integral(), 0);
  EXPECT_EQ(empty.length().ns, 0);
}

// a = t / 2.
TEST(RateProfile, AConstantRateIsReachedInProportion) {
  const RateProfile profile = profile_of({{1000, 0.5, 0.5}});
  EXPECT_EQ(profile.integral(), 500);
  EXPECT_EQ(profile.peak(), 0.5);
  EXPECT_EQ(profile.reaches(0, false), 0.0);
  EXPECT_EQ(profile.reaches(100, false), 200.0);
  EXPECT_EQ(profile.reaches(499.5, false), 999.0);
  EXPECT_EQ(profile.reaches(-1, true), kInfinity);
}

// The profile is half open: what is reached at its very end is outside.
TEST(RateProfile, BeyondTheEndTheLastRateGoesOnOnlyIfAsked) {
  const RateProfile profile = profile_of({{500, 0.25, 0.25}, {1000, 0.5, 0.5}});  // 125 + 500
  EXPECT_EQ(profile.reaches(625, false), kInfinity);
  EXPECT_EQ(profile.reaches(1000, false), kInfinity);
  EXPECT_EQ(profile.reaches(625, true), 1500.0);
  EXPECT_EQ(profile.reaches(725, true), 1700.0);
  EXPECT_TRUE(profile.continues());
}

// a = t^2 / 2000, t = sqrt(2000 a).
TEST(RateProfile, ARampUpFromZeroFollowsTheSquareRoot) {
  const RateProfile profile = profile_of({{1000, 0, 1}});
  EXPECT_EQ(profile.integral(), 500);
  EXPECT_EQ(profile.reaches(0, false), 0.0);
  EXPECT_DOUBLE_EQ(profile.reaches(125, false), 500);
  EXPECT_DOUBLE_EQ(profile.reaches(20, false), 200);
  EXPECT_DOUBLE_EQ(profile.reaches(1e-9, false), std::sqrt(2000e-9));
  EXPECT_DOUBLE_EQ(profile.reaches(500, true), 1000);
  EXPECT_DOUBLE_EQ(profile.reaches(600, true), 1100);
}

// a = t - t^2 / 2000: 375 at 500, 500 at the end, where the rate is zero: no more is ever reached.
TEST(RateProfile, ARampDownToZeroEndsForGood) {
  const RateProfile profile = profile_of({{1000, 1, 0}});
  EXPECT_DOUBLE_EQ(profile.reaches(375, false), 500);
  EXPECT_DOUBLE_EQ(profile.reaches(480, false), 800);
  EXPECT_NEAR(profile.reaches(500 - 1e-9, false), 1000 - std::sqrt(2000e-9), 1e-6);
  EXPECT_EQ(profile.reaches(500, false), kInfinity);
  EXPECT_EQ(profile.reaches(500, true), kInfinity);
  EXPECT_EQ(profile.reaches(501, true), kInfinity);
  EXPECT_FALSE(profile.continues());
}

// a = t + t^2 / 1000: 750 at 500. Down: a = 3 t - t^2 / 1000: 1250 at 500.
TEST(RateProfile, ARampBetweenTwoRatesSolvesTheQuadratic) {
  EXPECT_DOUBLE_EQ(profile_of({{1000, 1, 3}}).reaches(750, false), 500);
  EXPECT_DOUBLE_EQ(profile_of({{1000, 3, 1}}).reaches(1250, false), 500);
}

// 1/10 for 100 ns, nothing for 50, 1/5 for 100: 10 + 0 + 20. What is reached during the gap counts at its end, as the
// stretch before it is half open.
TEST(RateProfile, NothingIsReachedInsideAGapOfZeroRate) {
  const RateProfile profile = profile_of({{100, 0.1, 0.1}, {50, 0, 0}, {100, 0.2, 0.2}});
  EXPECT_EQ(profile.integral(), 30);
  EXPECT_DOUBLE_EQ(profile.reaches(9.5, false), 95);
  EXPECT_EQ(profile.reaches(10, false), 150.0);
  EXPECT_DOUBLE_EQ(profile.reaches(11, false), 155);
  EXPECT_EQ(profile.length().ns, 250);
}

TEST(RateProfile, AGapAtTheStartDelaysEverything) {
  const RateProfile profile = profile_of({{70, 0, 0}, {100, 1, 1}});
  EXPECT_EQ(profile.reaches(0, false), 70.0);
  EXPECT_EQ(profile.reaches(5, false), 75.0);
}

TEST(RateProfile, AGapAtTheEndEndsForGood) {
  const RateProfile profile = profile_of({{100, 1, 1}, {70, 0, 0}});
  EXPECT_EQ(profile.reaches(99, false), 99.0);
  EXPECT_EQ(profile.reaches(100, false), kInfinity);
  EXPECT_EQ(profile.reaches(100, true), kInfinity);
  EXPECT_FALSE(profile.continues());
  EXPECT_EQ(profile_of({{100, 0, 0}}).reaches(0, true), kInfinity);
}

// 1000 ns up to 2, 1000 at 2, 1000 down to 0, a gap of 500, then 1 for 100: 1000 + 2000 + 1000 + 0 + 100.
TEST(RateProfile, StretchesFollowEachOther) {
  const RateProfile profile = profile_of({{1000, 0, 2}, {1000, 2, 2}, {1000, 2, 0}, {500, 0, 0}, {100, 1, 1}});
  EXPECT_EQ(profile.integral(), 4100);
  EXPECT_EQ(profile.peak(), 2);
  EXPECT_DOUBLE_EQ(profile.reaches(250, false), 500);  // t^2 / 1000
  EXPECT_DOUBLE_EQ(profile.reaches(1000, false), 1000);
  EXPECT_DOUBLE_EQ(profile.reaches(2000, false), 1500);
  EXPECT_DOUBLE_EQ(profile.reaches(3750, false), 2500);  // 3000 + 2 u - u^2 / 1000, u = 500
  EXPECT_DOUBLE_EQ(profile.reaches(4000, false), 3500);
  EXPECT_DOUBLE_EQ(profile.reaches(4050, false), 3550);
  EXPECT_EQ(profile.reaches(4100, false), kInfinity);
}

TEST(RateProfile, AtPeakKeepsTheLengthAtTheGreatestRate) {
  const RateProfile peak = profile_of({{1000, 0, 2}, {500, 0.5, 0.1}}).at_peak();
  EXPECT_EQ(peak.length().ns, 1500);
  EXPECT_EQ(peak.integral(), 3000);
  EXPECT_EQ(peak.reaches(2999, false), 1499.5);
}

// Random profiles of realistic size (up to an hour a stretch, 0 to 33,000 a second): what is reached is inside, in
// order, and its integral is what was asked for, within the error of t itself (1e-15 relative) and of the sums.
TEST(RateProfile, ReachesIsTheInverseOfTheIntegral) {
  std::uint64_t drawn = 0;
  const auto below = [&](std::uint64_t bound) { return uniform_below({combine(mix(21), drawn++)}, bound); };
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<Stretch> stretches;
    for (std::uint64_t i = 1 + below(8); i > 0; --i) {
      const auto rate = [&] { return below(3) == 0 ? 0.0 : static_cast<double>(below(100'000)) * 1e-9 / 3; };
      const double from = rate();
      const std::int64_t length = 1 + static_cast<std::int64_t>(below(3'600'000'000'000 / (1 + below(1000))));
      stretches.push_back({length, from, below(2) == 0 ? from : rate()});
    }
    const RateProfile profile = profile_of(stretches);
    const double total = profile.integral();
    double last = 0;
    for (int i = 0; i < 1000; ++i) {
      const double wanted = total * i / 1000;
      if (wanted >= total) {
        break;  // no rate at all
      }
      const auto t = profile.reaches(wanted, false);
      ASSERT_LT(t, kInfinity) << "trial " << trial << ", " << i << " of 1000";
      ASSERT_GE(t, last);
      ASSERT_LE(t, static_cast<double>(profile.length().ns) * (1 + 1e-15));
      ASSERT_NEAR(integral_up_to(stretches, t), wanted, 1e-12 * total);
      last = t;
    }
  }
}

// Rounding in the sums must not open a hole between two stretches, least of all where the rate falls to zero. At the
// end of the last one the integral itself is rounded, so the one number before it may count as the end.
TEST(RateProfile, TheLastNumbersBeforeEveryBoundaryAreReached) {
  std::uint64_t drawn = 0;
  const auto below = [&](std::uint64_t bound) { return uniform_below({combine(mix(22), drawn++)}, bound); };
  for (int trial = 0; trial < 2000; ++trial) {
    RateProfile profile;
    std::vector<double> boundaries;
    for (int i = 0; i < 12; ++i) {
      const double rate = static_cast<double>(1 + below(1'000'000)) * 1e-9 / 7;
      profile.add({1 + static_cast<std::int64_t>(below(std::uint64_t{1} << (10 + below(32))))}, rate,
                  below(2) == 0 ? 0.0 : rate);
      boundaries.push_back(profile.integral());
    }
    for (double wanted : boundaries) {
      const bool at_end = wanted == profile.integral();
      for (int ulp = 1; ulp <= 4; ++ulp) {
        wanted = std::nextafter(wanted, 0.0);
        ASSERT_TRUE(profile.reaches(wanted, false) < kInfinity || (at_end && ulp == 1)) << "trial " << trial;
      }
    }
  }
}

}  // namespace
}  // namespace loadstone
