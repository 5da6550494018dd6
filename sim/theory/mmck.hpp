// sim/theory/mmck.hpp
//
// M/M/c/K: at most K requests inside, served and waiting together; an arrival that finds K inside is refused.
//
// Symbols. lambda = arrival_rate, mu = service_rate of one server (per second), c = servers, K = capacity >= c.
// Formula. Birth-death chain with births lambda and deaths min(n, c) mu; blocking p(K) by PASTA; times of the accepted
//          by Little's law on the accepted rate lambda (1 - p(K)).
// Source.  Gross, Shortle, Thompson, Harris, Fundamentals of Queueing Theory (2008), chapter 2.
// Range.   Any load, overload included. K = c is Erlang's loss system. Times are seconds.
#pragma once

#include <vector>

namespace loadstone {

struct Mmck {
  double arrival_rate = 0;
  double service_rate = 1;
  int servers = 1;
  int capacity = 1;

  [[nodiscard]] std::vector<double> stationary() const;  // p(0) .. p(K)
  [[nodiscard]] double blocking() const;
  [[nodiscard]] double throughput() const;
  [[nodiscard]] double utilization() const;  // busy servers over c
  [[nodiscard]] double mean_in_system() const;
  [[nodiscard]] double mean_in_queue() const;
  [[nodiscard]] double mean_wait() const;  // of the accepted, as is the next
  [[nodiscard]] double mean_response() const;
};

}  // namespace loadstone
