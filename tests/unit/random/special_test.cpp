// Gamma and normal probabilities against Boost.Math, in both tails.
#include "sim/random/special.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

namespace loadstone {
namespace {

TEST(Special, GammaTailsAgreeWithBoostOverShapesFromTinyToAMillion) {
  for (const double shape : {1e-4, 0.1, 0.5, 1.0, 2.5, 7.0, 11.9, 12.1, 40.0, 1e3, 1e6}) {
    for (const double deviations : {-6.0, -3.0, -1.0, -0.01, 0.01, 1.0, 3.0, 8.0}) {
      const double x = shape + deviations * std::sqrt(shape);
      if (x <= 0.0) {
        continue;
      }
      const math::Tails tails = math::gamma_tails(shape, x);
      const double below = boost::math::gamma_p(shape, x);
      const double above = boost::math::gamma_q(shape, x);
      EXPECT_NEAR(tails.below / below, 1.0, 1e-11) << shape << " at " << x;
      EXPECT_NEAR(tails.above / above, 1.0, x < shape + 1.0 ? 1e-11 + 1e-15 / above : 1e-11) << shape << " at " << x;
    }
  }
}

TEST(Special, NormalTailsAgreeWithBoost) {
  const boost::math::normal normal;
  for (double z = -37.0; z <= 37.0; z += 0.37) {
    const double below = boost::math::cdf(normal, z);
    const double above = boost::math::cdf(boost::math::complement(normal, z));
    EXPECT_NEAR(math::normal_tails(z).below / below, 1.0, 1e-12) << z;
    EXPECT_NEAR(math::normal_tails(z).above / above, 1.0, 1e-12) << z;
  }
}

TEST(Special, LogGammaAgreesWithBoost) {
  for (double x = 0.01; x < 300.0; x *= 1.1) {
    EXPECT_NEAR(math::log_gamma(x), boost::math::lgamma(x), 2e-14 + 1e-14 * std::fabs(boost::math::lgamma(x))) << x;
  }
}

TEST(Special, TheEndsAreExact) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(math::gamma_tails(2.0, 0.0).above, 1.0);
  EXPECT_EQ(math::gamma_tails(2.0, infinity).below, 1.0);
  EXPECT_EQ(math::normal_tails(infinity).above, 0.0);
  EXPECT_EQ(math::normal_tails(-infinity).below, 0.0);
}

}  // namespace
}  // namespace loadstone
