#include "sim/theory/priority.hpp"

#include <algorithm>

#include "sim/base/infinity.hpp"

namespace loadstone {

namespace {

// Mean work left in the service that an arrival finds under way, from one class that is served for `share` of the time.
double residual(const PriorityClass& one, double share) {
  return share * one.service.second / (2 * one.service.first);
}

double load(const PriorityClass& one) {
  return one.arrival_rate * one.service.first;
}

}  // namespace

std::vector<double> nonpreemptive_mean_waits(std::span<const PriorityClass> classes) {
  double in_service = 0;
  double served = 0;  // share of time given to the classes so far; the first class that does not fit takes the rest
  for (const PriorityClass& one : classes) {
    const double share = std::min(load(one), 1 - served);
    in_service += residual(one, share);
    served += share;
  }
  std::vector<double> waits;
  double above = 0;
  for (const PriorityClass& one : classes) {
    const double with = above + load(one);
    waits.push_back(with < 1 ? in_service / ((1 - above) * (1 - with)) : kInfinity);
    above = with;
  }
  return waits;
}

std::vector<double> preemptive_mean_responses(std::span<const PriorityClass> classes) {
  std::vector<double> responses;
  double above = 0;
  double in_service = 0;
  for (const PriorityClass& one : classes) {
    const double with = above + load(one);
    in_service += residual(one, load(one));
    responses.push_back(with < 1 ? (one.service.first + in_service / (1 - with)) / (1 - above) : kInfinity);
    above = with;
  }
  return responses;
}

}  // namespace loadstone
