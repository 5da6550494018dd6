// D/M/1: an arrival each 1.25 s, mu = 1/s. sigma = exp(-1.25 (1 - sigma)), so sigma = 0.6286, E[W] = 1.692 s.
//   Method: 30 replications; relaxes faster than M/M/1 at rho = 0.8 (90 s), warm-up 2,000 s.
#include "sim/theory/dm1.hpp"

#include <gtest/gtest.h>

#include "sim/stats/histogram.hpp"
#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

TEST(ValidationDM1, WaitMatchesTheRootOfTheTransform) {
  const SampledModel run(one_station("service: exponential(1s)"), arrivals(0.8, "serve", "even"),
                         {.warmup_s = 2'000, .measured_s = 150'000, .replications = 30});
  const Dm1 exact{0.8, 1};
  expect_estimate("D/M/1 mean wait", run.mean_wait("server"), exact.mean_wait());
  expect_estimate("D/M/1 p95 of the wait", run.wait_quantile("server", 0.95), exact.wait_quantile(0.95), kTailWidth,
                  Histogram::kRelativeError);
  expect_estimate("D/M/1 share that waits", run.values([](const Observations& o) {
    const Totals window = window_of(o.resources[0].meter);
    return static_cast<double>(window.waited) / static_cast<double>(window.granted);
  }),
                  exact.sigma());
}

}  // namespace
}  // namespace loadstone::test
