// M/M/1, first come first served. lambda = 0.8/s, mu = 1/s, so rho = 0.8.
//   E[W] = rho / (mu - lambda) = 4 s, E[W^2] = 2 rho / (mu - lambda)^2 = 40 s^2, E[T] = 5 s, Lq = lambda E[W] = 3.2.
//   Method: 30 replications; relaxation time 1 / (1 - sqrt(rho))^2 = 90 s, warm-up 2,000 s (22 of them).
#include "sim/theory/mm1.hpp"

#include <gtest/gtest.h>

#include "sim/stats/histogram.hpp"
#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

TEST(ValidationMM1, WaitResponseAndQueueMatchTheClosedForms) {
  const SampledModel run(one_station("service: exponential(1s)"), arrivals(0.8),
                         {.warmup_s = 2'000, .measured_s = 400'000, .replications = 30});
  const Mm1 exact{0.8, 1};
  expect_estimate("M/M/1 mean wait", run.mean_wait("server"), exact.mean_wait());
  expect_estimate("M/M/1 E[W^2]", run.wait_second_moment("server"),
                  exact.wait_variance() + exact.mean_wait() * exact.mean_wait(), kTailWidth);
  expect_estimate("M/M/1 p95 of the wait", run.wait_quantile("server", 0.95), exact.wait_quantile(0.95), kTailWidth,
                  Histogram::kRelativeError);
  expect_estimate("M/M/1 mean response", run.mean_latency("serve"), exact.mean_response());
  expect_estimate("M/M/1 response variance", run.latency_variance("serve"), exact.response_variance(), kTailWidth);
  expect_estimate("M/M/1 mean in queue", run.mean_in_queue("server"), exact.mean_in_queue());
  expect_estimate("M/M/1 utilisation", run.utilization("server"), exact.utilization());
  expect_estimate("M/M/1 throughput", run.throughput("serve"), 0.8);
}

}  // namespace
}  // namespace loadstone::test
