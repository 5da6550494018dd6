// sim/theory/fork_join.hpp
//
// Two-server fork-join: each arrival puts one task in each of two equal M/M/1 lines and ends when both tasks have.
//
// Symbols. lambda = arrival_rate, mu = service_rate of each server (per second), rho = lambda / mu.
// Formula. E[T] = (12 - rho) / 8 x 1 / (mu - lambda), exact.
// Source.  Flatto, Hahn, SIAM Journal on Applied Mathematics 44 (1984); Nelson, Tantawi, IEEE Transactions on Computers
//          37 (1988).
// Range.   rho >= 1: infinite. Times are seconds. No exact form is known for more than two servers.
#pragma once

namespace loadstone {

[[nodiscard]] double fork_join_mean_response(double arrival_rate, double service_rate);

}  // namespace loadstone
