// Exponential values into a histogram, and a quantile out of it.
#include <benchmark/benchmark.h>

#include <array>

#include "sim/random/distribution.hpp"
#include "sim/stats/histogram.hpp"

namespace loadstone {
namespace {

std::array<std::int64_t, 4096> values() {
  const Distribution law = Distribution::exponential(1e7);
  std::array<std::int64_t, 4096> values{};
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<std::int64_t>(law.sample(draw_of(1, 2, i)));
  }
  return values;
}

void histogram_record(benchmark::State& state) {
  const auto recorded = values();
  Histogram histogram;
  std::size_t i = 0;
  for (auto _ : state) {
    histogram.record(recorded[i++ % recorded.size()]);
  }
  benchmark::DoNotOptimize(histogram.count());
}
BENCHMARK(histogram_record);

void histogram_quantile(benchmark::State& state) {
  Histogram histogram;
  for (const std::int64_t value : values()) {
    histogram.record(value);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(histogram.quantile(0.99));
  }
}
BENCHMARK(histogram_quantile);

}  // namespace
}  // namespace loadstone
