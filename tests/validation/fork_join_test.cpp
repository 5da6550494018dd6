// Fork and join over two equal M/M/1 stations, lambda = 0.7/s, mu = 1/s: E[T] = (12 - 0.7) / 8 / 0.3 = 4.708333 s.
//   Method: 30 replications; relaxation 37 s, warm-up 1,000 s.
#include "sim/theory/fork_join.hpp"

#include <gtest/gtest.h>

#include "sim/theory/mm1.hpp"
#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

TEST(ValidationForkJoin, MeanResponseMatchesFlattoAndHahn) {
  const SampledModel run(
      "topology: fork\n"
      "resources:\n"
      "  left: {kind: station, service: exponential(1s)}\n"
      "  right: {kind: station, service: exponential(1s)}\n"
      "flows: {serve: {steps: [{parallel: {branches: [[{visit: left}], [{visit: right}]]}}]}}\n",
      arrivals(0.7), {.warmup_s = 1'000, .measured_s = 200'000, .replications = 30});
  expect_estimate("fork-join mean response", run.mean_latency("serve"), fork_join_mean_response(0.7, 1));
  expect_estimate("fork-join left wait", run.mean_wait("left"), (Mm1{0.7, 1}.mean_wait()));
  expect_estimate("fork-join right wait", run.mean_wait("right"), (Mm1{0.7, 1}.mean_wait()));
}

}  // namespace
}  // namespace loadstone::test
