// sim/random/samples.hpp
//
// Measured values, sorted: the immutable data behind empirical distributions.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace loadstone {

class Samples {
 public:
  // REQUIRES: at least one value, all finite and not negative.
  explicit Samples(std::vector<double> values);

  [[nodiscard]] std::span<const double> sorted() const { return sorted_; }
  // How many are at most x.
  [[nodiscard]] std::size_t count_up_to(double x) const;

 private:
  std::vector<double> sorted_;
};

}  // namespace loadstone
