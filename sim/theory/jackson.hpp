// sim/theory/jackson.hpp
//
// Open Jackson network: Poisson arrivals from outside, exponential M/M/c stations, Markov routing, feedback allowed.
//
// Symbols. gamma_i = arrival_rate from outside at i (per second), P = routing (P[i][j]: share that goes from i to j;
// the
//          rest of row i leaves), lambda = throughputs, V_i = visits to i per request.
// Formula. lambda = gamma + P^T lambda; V = lambda / sum(gamma); each station is M/M/c at lambda_i on its own;
//          E[T] = sum of V_i E[T_i].
// Source.  Jackson, Operations Research 5 (1957); Kleinrock, Queueing Systems I (1975), 4.8.
// Range.   A station with lambda_i >= c_i mu_i makes every response through it infinite. Times are seconds.
#pragma once

#include <vector>

#include "sim/theory/linear_solve.hpp"
#include "sim/theory/mmc.hpp"

namespace loadstone {

struct JacksonStation {
  double arrival_rate = 0;  // from outside
  double service_rate = 1;  // of one server
  int servers = 1;
};

struct JacksonResult {
  std::vector<Mmc> stations;   // at their total arrival rates
  std::vector<double> visits;  // per request entering the network
  double mean_response = 0;    // from entering to leaving
  double mean_in_network = 0;
};

// REQUIRES: routing is square, entries >= 0, row sums <= 1, every request leaves in the end; some arrival rate > 0.
[[nodiscard]] JacksonResult solve_jackson(const std::vector<JacksonStation>& stations, const Matrix& routing);

}  // namespace loadstone
