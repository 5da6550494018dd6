// M/M/c whose waiting requests give up. c = 4, mu = 1/s, lambda = 5/s: overload that only abandonment makes stable.
//   Exponential patience of mean 2 s (Erlang-A) and fixed patience of 1 s; exact values from theory/mmc_patience.hpp.
//   Method: 30 replications; the queue is held short by abandonment, so a warm-up of 500 s is long.
#include "sim/theory/mmc_patience.hpp"

#include <gtest/gtest.h>

#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

void expect_patience(const std::string& name, const std::string& patience, const PatienceResult& exact) {
  const SampledModel run(one_station("servers: 4, service: exponential(1s), patience: " + patience), arrivals(5),
                         {.warmup_s = 500, .measured_s = 20'000, .replications = 30});
  expect_estimate(name + " abandonment", run.failed_share("serve"), exact.abandonment);
  expect_estimate(name + " abandonment, as the station counts", run.values([](const Observations& o) {
    const Totals window = window_of(o.resources[0].meter);
    return static_cast<double>(window.timed_out) / static_cast<double>(window.timed_out + window.granted);
  }),
                  exact.abandonment);
  expect_estimate(name + " mean wait of the served", run.mean_wait("server"), exact.mean_wait_served);
  expect_estimate(name + " mean in queue", run.mean_in_queue("server"), exact.mean_in_queue);
  expect_estimate(name + " throughput", run.throughput("serve"), exact.throughput);
}

TEST(ValidationPatience, ExponentialPatienceMatchesErlangA) {
  expect_patience("M/M/4+M", "exponential(2s)", ErlangA{5, 1, 4, 0.5}.solve());
}

TEST(ValidationPatience, FixedPatienceMatchesBarrer) {
  expect_patience("M/M/4+D", "1s", FixedPatience{5, 1, 4, 1}.solve());
}

}  // namespace
}  // namespace loadstone::test
