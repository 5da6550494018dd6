// An open Jackson network with feedback, 0.2 requests/s from outside to a.
//   Routing: a -> b 0.5, a -> c 0.3, a -> out 0.2; b -> a; c -> a 0.6, c -> out 0.4. So lambda_a = 0.2 / 0.32 =
//   0.625/s, lambda_b = 0.3125, lambda_c = 0.1875; servers 1, 1, 2 of rates 1, 0.5, 0.15: each at rho = 0.625. Method:
//   30 replications; c relaxes in 1 / (sqrt(0.3) - sqrt(0.1875))^2 = 76 s, the network within a few hundred seconds;
//   warm-up 10,000 s.
#include "sim/theory/jackson.hpp"

#include <gtest/gtest.h>

#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

constexpr const char* kNetwork = R"(
topology: network
resources:
  a: {kind: station, service: exponential(1s)}
  b: {kind: station, service: exponential(2s)}
  c: {kind: station, servers: 2, service: exponential(6.666666667s)}
flows:
  at_a:
    steps:
      - visit: a
      - choose:
          - {weight: 0.5, do: [{goto: at_b}]}
          - {weight: 0.3, do: [{goto: at_c}]}
          - {weight: 0.2}
  at_b:
    steps:
      - visit: b
      - goto: at_a
  at_c:
    steps:
      - visit: c
      - choose:
          - {weight: 0.6, do: [{goto: at_a}]}
          - {weight: 0.4}
)";

TEST(ValidationJackson, FeedbackNetworkMatchesTheProductForm) {
  const SampledModel run(kNetwork, arrivals(0.2, "at_a"),
                         {.warmup_s = 10'000, .measured_s = 1'000'000, .replications = 30});
  const JacksonResult exact =
      solve_jackson({{0.2, 1, 1}, {0, 0.5, 1}, {0, 0.15, 2}}, {{0, 0.5, 0.3}, {1, 0, 0}, {0.6, 0, 0}});
  expect_estimate("Jackson mean response", run.mean_latency("at_a"), exact.mean_response);
  const char* names[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string at = std::string("Jackson ") + names[i];
    expect_estimate(at + " mean wait", run.mean_wait(names[i]), exact.stations[i].mean_wait());
    expect_estimate(at + " utilisation", run.utilization(names[i]), exact.stations[i].utilization());
    expect_estimate(at + " mean in queue", run.mean_in_queue(names[i]), exact.stations[i].mean_in_queue());
  }
}

}  // namespace
}  // namespace loadstone::test
