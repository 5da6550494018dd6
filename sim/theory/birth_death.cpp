#include "sim/theory/birth_death.hpp"

#include "sim/base/check.hpp"

namespace loadstone {

std::vector<double> birth_death_stationary(std::span<const double> births, std::span<const double> deaths) {
  LOADSTONE_CHECK(births.size() == deaths.size(), std::to_string(births.size()));
  constexpr double kLarge = 1e200;
  std::vector<double> weights = {1.0};
  double total = 1.0;
  for (std::size_t n = 0; n < births.size(); ++n) {
    LOADSTONE_CHECK(births[n] >= 0 && deaths[n] > 0, std::to_string(n));
    weights.push_back(weights.back() * births[n] / deaths[n]);
    total += weights.back();
    if (total > kLarge) {
      for (double& weight : weights) {
        weight /= kLarge;
      }
      total /= kLarge;
    }
  }
  for (double& weight : weights) {
    weight /= total;
  }
  return weights;
}

}  // namespace loadstone
