#include "sim/theory/linear_solve.hpp"

#include <cmath>
#include <utility>

#include "sim/base/check.hpp"

namespace loadstone {

std::vector<double> linear_solve(Matrix a, std::vector<double> b) {
  const std::size_t n = b.size();
  LOADSTONE_CHECK(a.size() == n, std::to_string(a.size()));
  for (std::size_t column = 0; column < n; ++column) {
    LOADSTONE_CHECK(a[column].size() == n, std::to_string(column));
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < n; ++row) {
      pivot = std::abs(a[row][column]) > std::abs(a[pivot][column]) ? row : pivot;
    }
    LOADSTONE_CHECK(std::abs(a[pivot][column]) > 1e-13, "singular at column " + std::to_string(column));
    std::swap(a[pivot], a[column]);
    std::swap(b[pivot], b[column]);
    for (std::size_t row = column + 1; row < n; ++row) {
      const double factor = a[row][column] / a[column][column];
      for (std::size_t k = column; factor != 0 && k < n; ++k) {
        a[row][k] -= factor * a[column][k];
      }
      b[row] -= factor * b[column];
    }
  }
  for (std::size_t row = n; row-- > 0;) {
    for (std::size_t k = row + 1; k < n; ++k) {
      b[row] -= a[row][k] * b[k];
    }
    b[row] /= a[row][row];
  }
  return b;
}

}  // namespace loadstone
