// sim/theory/priority.hpp
//
// One server, several classes in order of priority (index 0 first), each class M/G/1, first come first served inside.
//
// Symbols. lambda_k arrival rate, m1_k and m2_k moments of class k's service; s_k = sum of lambda_i m1_i over i <= k.
// Formula. Without preemption (Cobham): E[W_k] = R / ((1 - s_{k-1}) (1 - s_k)), R = half the sum of lambda_i m2_i over
//          all classes. Preemptive-resume: E[T_k] = m1_k / (1 - s_{k-1}) + R_k / ((1 - s_{k-1}) (1 - s_k)), where R_k
//          sums over i <= k only. M/M/1 with two classes is the case of two exponential_moments.
// Source.  Kleinrock, Queueing Systems II (1976), chapter 3; Jaiswal, Priority Queues (1968).
// Range.   A class with s_k >= 1 waits for ever: infinite. In R it counts with the share of the server that the classes
//          above leave to it, so these stay exact. Times are seconds; mean services are above 0.
#pragma once

#include <span>
#include <vector>

#include "sim/theory/service_moments.hpp"

namespace loadstone {

struct PriorityClass {
  double arrival_rate = 0;
  ServiceMoments service;
};

// The mean wait before service begins, per class; nobody is interrupted.
[[nodiscard]] std::vector<double> nonpreemptive_mean_waits(std::span<const PriorityClass> classes);
// The mean response (wait, service and interruptions), per class; an interrupted service continues where it was.
[[nodiscard]] std::vector<double> preemptive_mean_responses(std::span<const PriorityClass> classes);

}  // namespace loadstone
