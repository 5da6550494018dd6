// M/M/c, against Erlang C.
//   c = 2, lambda = 1.8/s, mu = 1/s, rho = 0.9: P(wait) = 0.852632, E[W] = P(wait) / (c mu - lambda) = 4.263158 s.
//   c = 20, lambda = 17/s, rho = 0.85: P(wait) and the rest from theory/mmc.hpp.
//   Method: relaxation times 1 / (sqrt(c mu) - sqrt(lambda))^2 of 190 s and 8.2 s; warm-ups of more than 20 of them.
#include "sim/theory/mmc.hpp"

#include <gtest/gtest.h>

#include "sim/stats/histogram.hpp"
#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

void expect_erlang_c(const Mmc& exact, const Sampling& sampling) {
  const SampledModel run(one_station("servers: " + std::to_string(exact.servers) + ", service: exponential(1s)"),
                         arrivals(exact.arrival_rate), sampling);
  const std::string name = "M/M/" + std::to_string(exact.servers);
  expect_estimate(name + " mean wait", run.mean_wait("server"), exact.mean_wait());
  expect_estimate(name + " p95 of the wait", run.wait_quantile("server", 0.95), exact.wait_quantile(0.95), kTailWidth,
                  Histogram::kRelativeError);
  expect_estimate(name + " share that waits", run.values([](const Observations& o) {
    const Totals window = window_of(o.resources[0].meter);
    return static_cast<double>(window.waited) / static_cast<double>(window.granted);
  }),
                  exact.wait_probability());
  expect_estimate(name + " utilisation", run.utilization("server"), exact.utilization());
}

TEST(ValidationMMc, TwoServersAtNineTenthsMatchErlangC) {
  expect_erlang_c({1.8, 1, 2}, {.warmup_s = 4'000, .measured_s = 300'000, .replications = 30});
}

TEST(ValidationMMc, TwentyServersMatchErlangC) {
  expect_erlang_c({17, 1, 20}, {.warmup_s = 200, .measured_s = 50'000, .replications = 30});
}

}  // namespace
}  // namespace loadstone::test
