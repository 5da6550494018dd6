// M/M/c/K, loss and waiting. mu = 1/s.
//   c = 2, K = 5, lambda = 2/s (rho = 1): blocking = p(5) = 2 / 11 = 0.181818, from theory/mmck.hpp.
//   c = K = 5, lambda = 4/s: Erlang B, 0.199067.
//   Method: a chain of six states forgets within a few services; the warm-up of 200 s is generous.
#include "sim/theory/mmck.hpp"

#include <gtest/gtest.h>

#include "sim/theory/mmc.hpp"
#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

TEST(ValidationMMcK, BlockingAndWaitOfTheAcceptedMatchTheBirthDeathChain) {
  const SampledModel run(one_station("servers: 2, service: exponential(1s), queue_limit: 3"), arrivals(2),
                         {.warmup_s = 200, .measured_s = 20'000, .replications = 30});
  const Mmck exact{2, 1, 2, 5};
  expect_estimate("M/M/2/5 blocking", run.failed_share("serve"), exact.blocking());
  expect_estimate("M/M/2/5 mean wait of the accepted", run.mean_wait("server"), exact.mean_wait());
  expect_estimate("M/M/2/5 mean response", run.mean_latency("serve"), exact.mean_response());
  expect_estimate("M/M/2/5 throughput", run.throughput("serve"), exact.throughput());
  expect_estimate("M/M/2/5 mean in queue", run.mean_in_queue("server"), exact.mean_in_queue());
}

TEST(ValidationMMcK, WithoutALineItIsErlangB) {
  const SampledModel run(one_station("servers: 5, service: exponential(1s), queue_limit: 0"), arrivals(4),
                         {.warmup_s = 200, .measured_s = 20'000, .replications = 30});
  expect_estimate("M/M/5/5 blocking", run.failed_share("serve"), erlang_b(5, 4));
}

// Insensitivity: Erlang B holds for every service law of the same mean.
TEST(ValidationMMcK, ErlangBHoldsForAnyServiceLaw) {
  const SampledModel run(one_station("servers: 5, service: lognormal(mean=1s; cv=2), queue_limit: 0"), arrivals(4),
                         {.warmup_s = 1'000, .measured_s = 20'000, .replications = 30});
  expect_estimate("M/G/5/5 blocking (lognormal, cv 2)", run.failed_share("serve"), erlang_b(5, 4));
}

}  // namespace
}  // namespace loadstone::test
