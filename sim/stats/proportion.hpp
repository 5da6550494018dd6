// sim/stats/proportion.hpp
//
// What a count of successes says about their probability: exact bounds of Clopper and Pearson.
//
// Source. Clopper, Pearson, Biometrika 26 (1934); conservative: the true confidence is at least what is asked for.
#pragma once

#include <cstddef>

namespace loadstone {

// The probability is at most this, with that confidence; 1 of no trials. REQUIRES: successes <= trials, 0 <
// confidence < 1.
[[nodiscard]] double proportion_upper_bound(std::size_t successes, std::size_t trials, double confidence = 0.95);

}  // namespace loadstone
