// What a random number costs: the key of a request, a uniform number, a logarithm, a service time.
#include <benchmark/benchmark.h>

#include <cmath>

#include "sim/random/distribution.hpp"
#include "sim/random/keyed.hpp"
#include "sim/random/math.hpp"

namespace loadstone {
namespace {

void draw_request_key(benchmark::State& state) {
  std::uint64_t number = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(combine(1, ++number));
  }
}
BENCHMARK(draw_request_key);

void draw_uniform(benchmark::State& state) {
  std::uint32_t occurrence = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(uniform(draw_of(1, 2, ++occurrence)));
  }
}
BENCHMARK(draw_uniform);

// Both logarithms of the same arguments: ours, with the same bits everywhere, and the C library's.
template <double (*log)(double)>
void logarithm(benchmark::State& state) {
  double x = 0x1p-20;
  for (auto _ : state) {
    benchmark::DoNotOptimize(log(x));
    x = x < 0.9 ? x + 0x1p-20 : 0x1p-20;
  }
}
void log_own(benchmark::State& state) {
  logarithm<math::log>(state);
}
BENCHMARK(log_own);

void log_library(benchmark::State& state) {
  logarithm<std::log>(state);
}
BENCHMARK(log_library);

void sample(benchmark::State& state, const Distribution& law) {
  std::uint32_t occurrence = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(law.sample(draw_of(1, 2, ++occurrence)));
  }
}
void sample_exponential(benchmark::State& state) {
  sample(state, Distribution::exponential(1e7));
}
BENCHMARK(sample_exponential);

void sample_lognormal(benchmark::State& state) {
  sample(state, Distribution::lognormal(1e7, 0.5));
}
BENCHMARK(sample_lognormal);

void sample_gamma(benchmark::State& state) {
  sample(state, Distribution::gamma(1e7, 0.5));
}
BENCHMARK(sample_gamma);

}  // namespace
}  // namespace loadstone
