// M/M/1 in other orders, lambda = 0.7/s, mu = 1/s: the mean wait is 2.3333 s in all; E[W^2] is 15.56 s^2 first
// come, 23.93 in random order, 51.85 last come.
//   Method: 30 replications; relaxation 37 s, warm-up 1,000 s.
#include <gtest/gtest.h>

#include "sim/theory/mm1_order.hpp"
#include "tests/support/sampled_model.hpp"

namespace loadstone::test {
namespace {

SampledModel served(const std::string& discipline, double measured_s) {
  return {one_station("service: exponential(1s), discipline: " + discipline),
          arrivals(0.7),
          {.warmup_s = 1'000, .measured_s = measured_s, .replications = 30}};
}

void expect_order(const std::string& name, const SampledModel& run, ServiceOrder order) {
  const Mm1Order exact{0.7, 1, order};
  expect_estimate(name + " mean wait", run.mean_wait("server"), exact.mean_wait());
  expect_estimate(name + " E[W^2]", run.wait_second_moment("server"), exact.wait_second_moment(), kTailWidth);
}

TEST(ValidationOrder, LastComeHasTheSameMeanAndTheLargestSpread) {
  expect_order("M/M/1 LIFO", served("lifo", 300'000), ServiceOrder::last_come);
}

TEST(ValidationOrder, RandomOrderHasTheSameMeanAndALargerSpread) {
  expect_order("M/M/1 random order", served("random", 200'000), ServiceOrder::random);
}

}  // namespace
}  // namespace loadstone::test
