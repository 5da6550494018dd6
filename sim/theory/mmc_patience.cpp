#include "sim/theory/mmc_patience.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/theory/birth_death.hpp"
#include "sim/theory/mmc.hpp"

namespace loadstone {

namespace {

// How many may wait before the rest of the stationary distribution is below 1e-20 of its peak.
int longest_line(const ErlangA& queue) {
  constexpr double kNegligible = -46;  // log(1e-20)
  const double full_rate = queue.servers * queue.service_rate;
  LOADSTONE_CHECK(queue.abandon_rate > 0 || queue.arrival_rate < full_rate, "without patience the line grows for ever");
  double log_weight = 0;
  double log_peak = 0;
  int line = 0;
  while (queue.arrival_rate > 0 && log_weight - log_peak > kNegligible) {
    ++line;
    log_weight += std::log(queue.arrival_rate / (full_rate + line * queue.abandon_rate));
    log_peak = std::max(log_peak, log_weight);
  }
  return line;
}

// The integral of exp(-s x) over [0, tau].
double decay_integral(double s, double tau) {
  return s == 0 ? tau : -std::expm1(-s * tau) / s;
}

// The integral of x exp(-s x) over [0, tau]; by its power series where the closed form cancels.
double weighted_decay_integral(double s, double tau) {
  const double z = s * tau;
  if (z > 0.1) {
    return (1 - std::exp(-z) * (1 + z)) / (s * s);
  }
  double sum = 0;
  double term = 1;  // (-z)^n / n!
  for (int n = 0; n < 16; ++n) {
    sum += term / (n + 2);
    term *= -z / (n + 1);
  }
  return sum * tau * tau;
}

}  // namespace

PatienceResult ErlangA::solve() const {
  const int line = longest_line(*this);
  const double full_rate = servers * service_rate;
  std::vector<double> births(static_cast<std::size_t>(servers) + static_cast<std::size_t>(line), arrival_rate);
  std::vector<double> deaths;
  for (int n = 1; n <= servers + line; ++n) {
    deaths.push_back(std::min(n, servers) * service_rate + std::max(0, n - servers) * abandon_rate);
  }
  const std::vector<double> p = birth_death_stationary(births, deaths);
  PatienceResult result;
  double wait_if_served = 0;  // behind k waiting
  double served_waiting = 0;  // E[wait; served]
  for (int k = 0; k <= line; ++k) {
    const double share = p[static_cast<std::size_t>(servers) + static_cast<std::size_t>(k)];
    const double leave_rate = full_rate + (k + 1) * abandon_rate;
    wait_if_served += 1 / leave_rate;
    result.wait_probability += share;
    result.mean_in_queue += k * share;
    result.abandonment += share * (k + 1) * abandon_rate / leave_rate;
    served_waiting += share * full_rate / leave_rate * wait_if_served;
  }
  result.mean_wait = arrival_rate > 0 ? result.mean_in_queue / arrival_rate : 0;
  result.mean_wait_served = served_waiting / (1 - result.abandonment);
  result.throughput = arrival_rate * (1 - result.abandonment);
  return result;
}

PatienceResult FixedPatience::solve() const {
  LOADSTONE_CHECK(servers >= 1 && patience >= 0 && std::isfinite(patience), std::to_string(patience));
  const double full_rate = servers * service_rate;
  const double spare = full_rate - arrival_rate;
  const double s = std::abs(spare);
  // Everything is divided by max(1, exp(-spare patience)), so that overload does not overflow.
  const double decay = std::exp(-s * patience);
  const double scale = spare < 0 ? decay : 1;
  const double beyond = (spare < 0 ? 1 : decay) / full_rate;  // integral of the offered wait's weight beyond tau
  const double within = decay_integral(s, patience);
  const double moment = weighted_decay_integral(s, patience);
  const double not_waiting = scale / erlang_b(servers - 1, arrival_rate / service_rate);
  const double total = not_waiting + arrival_rate * (within + beyond);
  PatienceResult result;
  result.wait_probability = arrival_rate * (within + beyond) / total;
  result.abandonment = arrival_rate * beyond / total;
  const double served_waiting = arrival_rate * (spare < 0 ? patience * within - moment : moment) / total;
  result.mean_wait = served_waiting + patience * result.abandonment;
  result.mean_wait_served = served_waiting / (1 - result.abandonment);
  result.mean_in_queue = arrival_rate * result.mean_wait;
  result.throughput = arrival_rate * (1 - result.abandonment);
  return result;
}

}  // namespace loadstone
