// Two classes at one server, nobody interrupted: Cobham.
//   Urgent: 0.5/s of 0.5 s; patient: 0.5/s of 1 s, both exponential. rho = 0.25 + 0.5 = 0.75, R = 0.5 (0.25 + 1) =
//   0.625 s: E[W urgent] = 0.625 / 0.75 = 0.8333 s, E[W patient] = 0.625 / (0.75 x 0.25) = 3.3333 s. Method: 30
//   replications; relaxation some 60 s, warm-up 2,000 s. Waits are responses minus the known mean service.
#include "sim/theory/priority.hpp"

#include <gtest/gtest.h>

#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

TEST(ValidationPriority, TwoClassesMatchCobham) {
  const SampledModel run(
      "topology: classes\n"
      "resources: {server: {kind: station, discipline: priority}}\n"
      "flows:\n"
      "  urgent: {steps: [{visit: {station: server, service: exponential(0.5s), priority: 1}}]}\n"
      "  patient: {steps: [{visit: {station: server, service: exponential(1s), priority: 2}}]}\n",
      arrivals(1, "{urgent: 1, patient: 1}"), {.warmup_s = 2'000, .measured_s = 200'000, .replications = 30});
  const std::vector<double> exact = nonpreemptive_mean_waits(
      std::vector<PriorityClass>{{0.5, exponential_moments(0.5)}, {0.5, exponential_moments(1)}});
  expect_estimate("priority, wait of the urgent", minus(run.mean_latency("urgent"), 0.5), exact[0]);
  expect_estimate("priority, wait of the patient", minus(run.mean_latency("patient"), 1), exact[1]);
}

}  // namespace
}  // namespace loadstone::test
