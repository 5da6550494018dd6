// sim/theory/bounds.hpp
//
// Asymptotic bounds of operational analysis: what no run can exceed, whatever its distributions.
//
// Symbols. D_i = busy time per request at resource i (seconds), c_i = its servers, D = sum of D_i, Z = think time,
//          N = number of users in a closed load.
// Formula. Open: X <= min c_i / D_i. Closed: X <= min(min c_i / D_i, N / (D + Z)); R >= max(D, N max(D_i / c_i) - Z).
//          The two closed bounds cross at N* = (D + Z) / max(D_i / c_i).
// Source.  Denning, Buzen, ACM Computing Surveys 10 (1978); Lazowska et al., Quantitative System Performance (1984), 5.
#pragma once

#include <span>

namespace loadstone {

struct BoundStation {
  double demand = 0;
  double servers = 1;  // infinity for a pure delay
};

struct ThroughputBound {
  double per_second = 0;  // infinity when nothing limits
  int station = -1;       // the first one that attains the bound; -1: none, or the users themselves
};

[[nodiscard]] ThroughputBound open_throughput_bound(std::span<const BoundStation> stations);
[[nodiscard]] ThroughputBound closed_throughput_bound(std::span<const BoundStation> stations, double users,
                                                      double think_time);
[[nodiscard]] double closed_response_bound(std::span<const BoundStation> stations, double users, double think_time);
// N*, infinite without demand.
[[nodiscard]] double closed_knee(std::span<const BoundStation> stations, double think_time);

}  // namespace loadstone
