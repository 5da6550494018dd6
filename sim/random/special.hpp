// sim/random/special.hpp
//
// Gamma and normal probabilities, for distribution functions and truncated moments: used while a model is built and in
// searches, never on the hot path. Built on sim/random/math only, so the bits are the same everywhere.
//
// Accuracy.  Relative 1e-12 in both tails for shapes up to 10^6.
#pragma once

namespace loadstone::math {

// A probability and its complement, each accurate where it is small.
struct Tails {
  double below;
  double above;
};

// REQUIRES: x > 0.
[[nodiscard]] double log_gamma(double x);

// P(X <= x) and P(X > x) for X gamma distributed with this shape and scale 1. REQUIRES: shape > 0, x >= 0.
[[nodiscard]] Tails gamma_tails(double shape, double x);

// P(Z <= z) and P(Z > z) for a standard normal Z.
[[nodiscard]] Tails normal_tails(double z);

}  // namespace loadstone::math
