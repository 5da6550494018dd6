// The event set with N events pending: one leaves and one comes, an exponential time later (the hold model); a timeout
// is scheduled and cancelled; both.
#include <benchmark/benchmark.h>

#include "sim/kernel/future_event_set.hpp"
#include "sim/random/keyed.hpp"
#include "sim/random/math.hpp"

namespace loadstone {
namespace {

class Filled {
 public:
  explicit Filled(std::int64_t pending) {
    for (std::int64_t i = 0; i < pending; ++i) {
      schedule_next();
    }
  }

  void hold() {
    now_ = set_.next_at();
    set_.pop();
    schedule_next();
  }
  void schedule_and_cancel() { set_.cancel(set_.schedule(now_ + kTimeout, Phase::expire, {})); }

 private:
  static constexpr Duration kTimeout{30'000'000'000};

  void schedule_next() {
    constexpr double kMean = 1e8;
    const double after = -math::log(uniform(draw_of(1, 2, ++count_))) * kMean;
    set_.schedule(now_ + Duration{static_cast<std::int64_t>(after)}, Phase::release, {});
  }

  FutureEventSet set_;
  SimTime now_;
  std::uint32_t count_ = 0;
};

void event_set_hold(benchmark::State& state) {
  Filled filled(state.range(0));
  for (auto _ : state) {
    filled.hold();
  }
}
BENCHMARK(event_set_hold)->RangeMultiplier(10)->Range(100, 1'000'000);

void event_set_hold_with_a_timeout(benchmark::State& state) {
  Filled filled(state.range(0));
  for (auto _ : state) {
    filled.hold();
    filled.schedule_and_cancel();
  }
}
BENCHMARK(event_set_hold_with_a_timeout)->RangeMultiplier(10)->Range(100, 1'000'000);

}  // namespace
}  // namespace loadstone
