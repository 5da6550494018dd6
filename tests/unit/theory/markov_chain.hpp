// tests/unit/theory/markov_chain.hpp
//
// The slow, direct ways that the closed forms are checked against: balance equations and first-step equations of a
// truncated Markov chain, solved as dense linear systems, and Simpson's rule.
//
// Not. Nothing here uses a product form, a generating function or a queueing formula.
#pragma once

#include <cmath>
#include <vector>

#include "sim/theory/linear_solve.hpp"

namespace loadstone {

// A continuous-time chain on states 0 .. size - 1, given by its transition rates.
class MarkovChain {
 public:
  explicit MarkovChain(std::size_t size) : rates_(size, std::vector<double>(size, 0.0)), leaving_(size, 0.0) {}

  void add(std::size_t from, std::size_t to, double rate) {
    rates_[from][to] += rate;
    leaving_[from] += rate;
  }
  // Leaves the chain for good; only for hitting_time_moments.
  void add_exit(std::size_t from, double rate) { leaving_[from] += rate; }

  // The balance equations, inflow = outflow for every state but the first, whose equation is replaced by sum p = 1.
  [[nodiscard]] std::vector<double> stationary() const {
    const std::size_t n = leaving_.size();
    Matrix equations(n, std::vector<double>(n, 1.0));
    std::vector<double> right(n, 0.0);
    right[0] = 1;
    for (std::size_t to = 1; to < n; ++to) {
      for (std::size_t from = 0; from < n; ++from) {
        equations[to][from] = rates_[from][to] - (from == to ? leaving_[to] : 0);
      }
    }
    return linear_solve(equations, right);
  }

  struct Moments {
    std::vector<double> first;
    std::vector<double> second;
  };
  // E[T] and E[T^2] of the time until an exit, from every state: out m1 = 1 + rates m1, out m2 = 2 m1 + rates m2.
  [[nodiscard]] Moments hitting_time_moments() const {
    const std::size_t n = leaving_.size();
    Matrix equations = rates_;
    for (std::size_t from = 0; from < n; ++from) {
      for (double& entry : equations[from]) {
        entry = -entry;
      }
      equations[from][from] += leaving_[from];
    }
    Moments moments;
    moments.first = linear_solve(equations, std::vector<double>(n, 1.0));
    std::vector<double> right = moments.first;
    for (double& entry : right) {
      entry *= 2;
    }
    moments.second = linear_solve(equations, right);
    return moments;
  }

 private:
  Matrix rates_;
  std::vector<double> leaving_;
};

[[nodiscard]] inline double mean_of(const std::vector<double>& distribution) {
  double mean = 0;
  for (std::size_t n = 0; n < distribution.size(); ++n) {
    mean += static_cast<double>(n) * distribution[n];
  }
  return mean;
}

// Simpson's rule with 20000 intervals.
template <class Function>
[[nodiscard]] double integrate(Function f, double lo, double hi) {
  constexpr int kIntervals = 20'000;
  const double step = (hi - lo) / kIntervals;
  double sum = f(lo) + f(hi);
  for (int i = 1; i < kIntervals; ++i) {
    sum += (i % 2 == 1 ? 4 : 2) * f(lo + i * step);
  }
  return sum * step / 3;
}

}  // namespace loadstone
