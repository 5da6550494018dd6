#include "sim/stats/proportion.hpp"

#include <boost/math/distributions/binomial.hpp>

#include "sim/base/check.hpp"

namespace loadstone {

double proportion_upper_bound(std::size_t successes, std::size_t trials, double confidence) {
  LOADSTONE_CHECK(successes <= trials && confidence > 0 && confidence < 1, std::to_string(successes));
  using namespace boost::math::policies;
  using Binomial =
      boost::math::binomial_distribution<double, policy<promote_double<false>>>;  // no long double anywhere
  return successes == trials ? 1
                             : Binomial::find_upper_bound_on_p(static_cast<double>(trials),
                                                               static_cast<double>(successes), 1 - confidence);
}

}  // namespace loadstone
