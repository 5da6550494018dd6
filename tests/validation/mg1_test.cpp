// M/G/1, first come first served, against Pollaczek and Khinchine: E[W] = lambda E[S^2] / (2 (1 - rho)).
//   Heavy tails: lognormal with cv 4, E[S] = 1 s, E[S^2] = 17 s^2, at rho = 0.5: E[W] = 8.5 s; and a bounded Pareto,
//   alpha = 1.5 on [1 s, 1000 s].
//   Method for these: a plain mean would need some 10^9 requests for 2 %, since its variance grows with E[S^4] = 17^6.
//   Most of that comes from the sizes that happened to be drawn, whose second moment is known; so each replication's
//   mean wait is corrected by a control variate with a coefficient fixed beforehand, the formula's own:
//       E[W] + (mean wait - lambda / (2 (1 - rho)) x mean of S^2 over the replication's services),
//   of which the expectation is E[W] exactly. The services are those that began in the window, nearly the ones waited
//   behind.
#include "sim/theory/mg1.hpp"

#include <gtest/gtest.h>

#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

// Mean waits, corrected for the second moment of the sizes that were drawn.
Values corrected_waits(const SampledModel& run, const Mg1& exact) {
  Values waits = run.mean_wait("server");
  const double factor = exact.arrival_rate / (2 * (1 - exact.utilization()));
  const Values second = run.values([](const Observations& o) {
    const Histogram& sizes = o.resources[0].meter.hold;
    return to_double(sizes.sum_of_squares()) / static_cast<double>(sizes.count()) * 1e-18;
  });
  for (std::size_t i = 0; i < waits.size(); ++i) {
    waits[i] -= factor * (second[i] - exact.service.second);
  }
  return waits;
}

TEST(ValidationMG1, LognormalOfCvFour) {
  const Mg1 exact{0.5, lognormal_moments(1, 4)};
  const SampledModel run(one_station("service: lognormal(mean=1s; cv=4)"), arrivals(0.5),
                         {.warmup_s = 20'000, .measured_s = 1'000'000, .replications = 40});
  expect_estimate("M/G/1 lognormal cv 4, mean wait", corrected_waits(run, exact), exact.mean_wait());
  expect_estimate("M/G/1 lognormal cv 4, utilisation", run.utilization("server"), exact.utilization());
}

TEST(ValidationMG1, BoundedPareto) {
  const ServiceMoments service = bounded_pareto_moments(1.5, 1, 1000);
  const Mg1 exact{0.5 / service.first, service};
  const SampledModel run(one_station("service: pareto(min=1s; alpha=1.5; max=1000s)"), arrivals(exact.arrival_rate),
                         {.warmup_s = 50'000, .measured_s = 1'500'000, .replications = 40});
  expect_estimate("M/G/1 bounded Pareto, mean wait", corrected_waits(run, exact), exact.mean_wait());
}

// Erlang-4 service at rho = 0.8: E[S^2] = 1.25, E[W] = 0.8 x 1.25 / 0.4 = 2.5 s; no control variate.
TEST(ValidationMG1, ErlangService) {
  const Mg1 exact{0.8, gamma_moments(1, 0.5)};
  const SampledModel run(one_station("service: erlang(k=4; mean=1s)"), arrivals(0.8),
                         {.warmup_s = 2'000, .measured_s = 150'000, .replications = 30});
  expect_estimate("M/E4/1 mean wait", run.mean_wait("server"), exact.mean_wait());
  expect_estimate("M/E4/1 E[W^2]", run.wait_second_moment("server"), exact.wait_second_moment(), kTailWidth);
}

// M/D/1 at rho = 0.8: E[W] = 0.8 / (2 x 0.2) = 2 s, half of M/M/1's; E[W^2] by Takacs.
TEST(ValidationMG1, ConstantService) {
  const Mg1 exact = md1(0.8, 1);
  const SampledModel run(one_station("service: 1s"), arrivals(0.8),
                         {.warmup_s = 2'000, .measured_s = 150'000, .replications = 30});
  expect_estimate("M/D/1 mean wait", run.mean_wait("server"), exact.mean_wait());
  expect_estimate("M/D/1 E[W^2]", run.wait_second_moment("server"), exact.wait_second_moment(), kTailWidth);
}

}  // namespace
}  // namespace loadstone::test
