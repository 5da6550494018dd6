// A line of N requests: the next one leaves it and comes back at its end. In a priority line it comes back with a rank
// of its own.
#include <benchmark/benchmark.h>

#include <vector>

#include "sim/engine/wait_queue.hpp"

namespace loadstone {
namespace {

void turn_round(benchmark::State& state, Discipline discipline) {
  std::vector<Request> requests(static_cast<std::size_t>(state.range(0)));
  WaitQueue line(discipline, hash_text("line"));
  std::uint32_t count = 0;
  const auto come = [&](Request& request) {
    request.wait.rank = uniform(draw_of(1, 2, ++count));
    line.push(request);
  };
  for (Request& request : requests) {
    come(request);
  }
  for (auto _ : state) {
    Request& next = line.front();
    line.remove(next);
    come(next);
  }
}

void wait_queue_fifo(benchmark::State& state) {
  turn_round(state, Discipline::fifo);
}
BENCHMARK(wait_queue_fifo)->Arg(10)->Arg(1000)->Arg(100'000);

void wait_queue_priority(benchmark::State& state) {
  turn_round(state, Discipline::priority);
}
BENCHMARK(wait_queue_priority)->Arg(10)->Arg(1000)->Arg(100'000);

void wait_queue_random(benchmark::State& state) {
  turn_round(state, Discipline::random);
}
BENCHMARK(wait_queue_random)->Arg(10)->Arg(1000)->Arg(100'000);

}  // namespace
}  // namespace loadstone
