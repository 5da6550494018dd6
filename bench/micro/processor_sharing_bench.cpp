// A host of four cores with N jobs: the next ones leave, and as many come.
#include <benchmark/benchmark.h>

#include <vector>

#include "sim/kernel/processor_sharing.hpp"
#include "sim/random/keyed.hpp"

namespace loadstone {
namespace {

// The jobs come to `classes` classes in turn, each job of which has at most one core.
void keep_busy(benchmark::State& state, std::uint32_t classes) {
  ProcessorSharing host(4);
  for (std::uint32_t i = 0; i < classes; ++i) {
    host.add_class(1, 4);
  }
  SimTime now;
  std::uint32_t count = 0;
  const auto come = [&] {
    const double work = 1e6 * uniform(draw_of(1, 2, ++count));
    host.start(now, count % classes, static_cast<std::int64_t>(work) + 1, {});
  };
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    come();
  }
  std::vector<CompletedJob> completed;
  std::int64_t jobs = 0;
  for (auto _ : state) {
    now = *host.next_completion();
    host.advance(now, completed);
    for (const auto& done : completed) {
      benchmark::DoNotOptimize(host.take(done.job));
      come();
      ++jobs;
    }
  }
  state.SetItemsProcessed(jobs);
}

void processor_sharing_one_class(benchmark::State& state) {
  keep_busy(state, 1);
}
BENCHMARK(processor_sharing_one_class)->Arg(2)->Arg(20)->Arg(1000);

void processor_sharing_ten_classes(benchmark::State& state) {
  keep_busy(state, 10);
}
BENCHMARK(processor_sharing_ten_classes)->Arg(20)->Arg(1000);

}  // namespace
}  // namespace loadstone
