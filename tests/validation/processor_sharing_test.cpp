// Processor sharing, lambda = 0.7/s, E[S] = 1 s: E[T] = 1 / (1 - 0.7) = 3.333 s whatever the service law.
//   Method: 30 replications; busy periods are those of M/M/1 at rho = 0.7 (relaxation 37 s), longer for the varied law.
#include "sim/theory/processor_sharing.hpp"

#include <gtest/gtest.h>

#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

TEST(ValidationProcessorSharing, ExponentialServiceMatchesMeanAndVariance) {
  const SampledModel run(one_station("service: exponential(1s), discipline: processor_sharing"), arrivals(0.7),
                         {.warmup_s = 1'000, .measured_s = 150'000, .replications = 30});
  const Mm1Ps exact{0.7, 1};
  expect_estimate("M/M/1-PS mean response", run.mean_latency("serve"), exact.mean_response());
  expect_estimate("M/M/1-PS response variance", run.latency_variance("serve"), exact.response_variance(), kTailWidth);
  expect_estimate("M/M/1-PS utilisation", run.utilization("server"), 0.7);
}

TEST(ValidationProcessorSharing, TheMeanIsInsensitiveToTheServiceLaw) {
  const Mg1Ps exact{0.7, 1};
  const SampledModel varied(one_station("service: hyperexponential(mean=1s; cv=2), discipline: processor_sharing"),
                            arrivals(0.7), {.warmup_s = 2'000, .measured_s = 200'000, .replications = 30});
  expect_estimate("M/H2/1-PS mean response (cv 2)", varied.mean_latency("serve"), exact.mean_response());
  const SampledModel fixed(one_station("service: 1s, discipline: processor_sharing"), arrivals(0.7),
                           {.warmup_s = 1'000, .measured_s = 150'000, .replications = 30});
  expect_estimate("M/D/1-PS mean response", fixed.mean_latency("serve"), exact.mean_response());
}

// Two sizes, 0.5 s and 2 s: a request of size x takes x / (1 - rho) on average.
TEST(ValidationProcessorSharing, ResponseIsProportionalToSize) {
  const SampledModel run(
      "topology: sizes\n"
      "resources: {server: {kind: station, discipline: processor_sharing}}\n"
      "flows:\n"
      "  small: {steps: [{visit: {station: server, service: 0.5s}}]}\n"
      "  large: {steps: [{visit: {station: server, service: 2s}}]}\n",
      arrivals(0.7, "{small: 2, large: 1}"), {.warmup_s = 1'000, .measured_s = 150'000, .replications = 30});
  const Mg1Ps exact{0.7, 1};
  expect_estimate("M/G/1-PS response of size 0.5", run.mean_latency("small"), exact.mean_response_of(0.5));
  expect_estimate("M/G/1-PS response of size 2", run.mean_latency("large"), exact.mean_response_of(2));
}

}  // namespace
}  // namespace loadstone::test
