// sim/theory/mmc_patience.hpp
//
// M/M/c whose waiting requests give up: after an exponential time (Erlang-A, M/M/c+M) or after a fixed one (M/M/c+D).
//
// Symbols. lambda = arrival_rate, mu = service_rate of one server, theta = abandon_rate of one waiting request (all per
//          second), tau = patience (seconds), c = servers, d = c mu - lambda, B = Erlang B.
// Formula. +M: birth-death chain with births lambda and deaths min(n, c) mu + (n - c)+ theta. An arrival behind k
//          waiting is served with probability c mu / (c mu + (k + 1) theta), after sum over j = 1 .. k + 1 of
//          1 / (c mu + j theta) on average.
//          +D: the offered wait has density proportional to exp(lambda min(x, tau) - c mu x); e = 1 / B(c-1,
//          lambda/mu), J = (1 - exp(-d tau)) / d + exp(-d tau) / (c mu); P(give up) = lambda exp(-d tau) / (c mu) / (e
//          + lambda J).
// Source.  +M: Palm (1957); Garnett, Mandelbaum, Reiman, M&SOM 4 (2002). +D: Barrer, Operations Research 5 (1957);
//          Baccelli, Hebuterne, Performance '81; the integrals as in Zeltyn, Mandelbaum, Queueing Systems 51 (2005).
// Range.   Any load; with theta = 0 only lambda < c mu. Only the wait is abandoned, never a service. Times are seconds.
#pragma once

namespace loadstone {

struct PatienceResult {
  double wait_probability = 0;  // share of arrivals that find every server busy
  double abandonment = 0;       // share of arrivals that give up
  double mean_wait = 0;         // of all arrivals: until served or given up
  double mean_wait_served = 0;  // of those that are served
  double mean_in_queue = 0;
  double throughput = 0;  // served per second
};

struct ErlangA {
  double arrival_rate = 0;
  double service_rate = 1;
  int servers = 1;
  double abandon_rate = 0;

  [[nodiscard]] PatienceResult solve() const;
};

struct FixedPatience {
  double arrival_rate = 0;
  double service_rate = 1;
  int servers = 1;
  double patience = 0;  // finite

  [[nodiscard]] PatienceResult solve() const;
};

}  // namespace loadstone
