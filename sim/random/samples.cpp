#include "sim/random/samples.hpp"

#include <algorithm>
#include <utility>

#include "sim/base/check.hpp"

namespace loadstone {

Samples::Samples(std::vector<double> values) : sorted_(std::move(values)) {
  LOADSTONE_CHECK(!sorted_.empty(), "an empirical distribution needs a value");
  std::sort(sorted_.begin(), sorted_.end());
}

std::size_t Samples::count_up_to(double x) const {
  return static_cast<std::size_t>(std::upper_bound(sorted_.begin(), sorted_.end(), x) - sorted_.begin());
}

}  // namespace loadstone
