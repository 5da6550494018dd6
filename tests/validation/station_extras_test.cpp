// What a station can do beside serving its line, against the formulas of each.
//   Method: 30 replications; warm-up 2,000 s.
#include <gtest/gtest.h>

#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

const Sampling kSampling{.warmup_s = 2'000, .measured_s = 100'000, .replications = 30};

// Preempt-resume, two classes, 0.5/s each; urgent 0.5 s, patient 1 s, exponential. rho1 = 0.25, rho = 0.75.
//   E[T urgent] = E[S1] / (1 - rho1) = 0.6667 s: M/M/1 of the urgent alone.
//   E[T patient] = E[S2] / (1 - rho1) + R / ((1 - rho1) (1 - rho)), R = sum of lambda E[S^2] / 2
//                = 1 / 0.75 + (0.5 x 0.5 / 2 + 0.5 x 2 / 2) / (0.75 x 0.25) = 1.3333 + 0.625 / 0.1875 = 4.6667 s.
TEST(ValidationStation, PreemptiveClassesMatchTheory) {
  const SampledModel run(
      "topology: classes\n"
      "resources: {server: {kind: station, discipline: priority, preemptive: true}}\n"
      "flows:\n"
      "  urgent: {steps: [{visit: {station: server, service: exponential(0.5s), priority: 1}}]}\n"
      "  patient: {steps: [{visit: {station: server, service: exponential(1s), priority: 2}}]}\n",
      arrivals(1, "{urgent: 1, patient: 1}"), kSampling);
  expect_estimate("preemptive, the urgent", run.mean_latency("urgent"), 0.5 / 0.75);
  expect_estimate("preemptive, the patient", run.mean_latency("patient"), 1 / 0.75 + 0.625 / (0.75 * 0.25));
}

// Last come, first served with preemption: E[T] = E[S] / (1 - rho) whatever the law (symmetric); here cv = 2.
TEST(ValidationStation, PreemptiveLifoDependsOnTheMeanOnly) {
  const SampledModel run(one_station("service: gamma(mean=1s; cv=2), discipline: lifo, preemptive: true"),
                         arrivals(0.6, "serve"), kSampling);
  expect_estimate("preemptive lifo", run.mean_latency("serve"), 1 / (1 - 0.6));
}

// Two servers at half speed together are one server in number: M/M/2 with rates 1 and 1/2 has M/M/1's E[T].
TEST(ValidationStation, TwoServersAtHalfSpeedAreOne) {
  const SampledModel run(one_station("servers: 2, rate: [1, 0.5], service: exponential(1s)"), arrivals(0.6, "serve"),
                         kSampling);
  expect_estimate("M/M/2 at half speed", run.mean_latency("serve"), 1 / (1 - 0.6));
}

// M/M/1 with an exponential setup of mean d: E[T] = 1 / (mu - lambda) + d (Welch 1964).
TEST(ValidationStation, SetupAddsItsMean) {
  const SampledModel run(one_station("service: exponential(1s), setup: exponential(2s)"), arrivals(0.5, "serve"),
                         kSampling);
  expect_estimate("M/M/1 with setup", run.mean_latency("serve"), 2 + 2);
}

}  // namespace
}  // namespace loadstone::test
