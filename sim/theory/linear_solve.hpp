// sim/theory/linear_solve.hpp
//
// Solves A x = b by Gaussian elimination with row pivoting. For routing equations of a few hundred stations.
//
// Cost. O(n^3) time, the matrix is copied.
#pragma once

#include <vector>

namespace loadstone {

using Matrix = std::vector<std::vector<double>>;  // rows

// REQUIRES: a is square, as large as b, and not singular.
[[nodiscard]] std::vector<double> linear_solve(Matrix a, std::vector<double> b);

}  // namespace loadstone
