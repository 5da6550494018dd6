// sim/theory/mmc.hpp
//
// M/M/c, first come first served, and the two Erlang formulas.
//
// Symbols. lambda = arrival_rate, mu = service_rate of one server (per second), c = servers, a = lambda / mu offered
//          load in Erlang, rho = a / c.
// Formula. Erlang B: B(0) = 1, B(c) = a B(c-1) / (c + a B(c-1)). Erlang C: C = B / (1 - rho (1 - B)).
//          P(wait > t) = C exp(-(c mu - lambda) t).
// Source.  Cooper, Introduction to Queueing Theory (1981), chapter 3.
// Range.   rho >= 1: C is 1 and every time is infinite. Times are seconds.
#pragma once

namespace loadstone {

// The share of arrivals refused by `servers` servers without a waiting line. REQUIRES: servers >= 0, load >= 0.
[[nodiscard]] double erlang_b(int servers, double offered_load);
// The share of arrivals that wait, with an unlimited line. REQUIRES: servers >= 1, load >= 0.
[[nodiscard]] double erlang_c(int servers, double offered_load);

struct Mmc {
  double arrival_rate = 0;
  double service_rate = 1;
  int servers = 1;

  [[nodiscard]] double offered_load() const { return arrival_rate / service_rate; }
  [[nodiscard]] double utilization() const { return offered_load() / servers; }
  [[nodiscard]] double wait_probability() const { return erlang_c(servers, offered_load()); }
  [[nodiscard]] double mean_wait() const;              // C / (c mu - lambda)
  [[nodiscard]] double wait_variance() const;          // C (2 - C) / (c mu - lambda)^2
  [[nodiscard]] double wait_quantile(double p) const;  // max(0, log(C / (1 - p)) / (c mu - lambda))
  [[nodiscard]] double mean_response() const { return mean_wait() + 1 / service_rate; }
  [[nodiscard]] double mean_in_queue() const;
  [[nodiscard]] double mean_in_system() const { return mean_in_queue() + offered_load(); }
};

}  // namespace loadstone
