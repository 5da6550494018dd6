// loadstone-mutant: the SimGrid engine with one thing wrong, which the environment variable LOADSTONE_MUTANT names. For
// tests that must notice it.
#include <cstdlib>
#include <string_view>

#include "src/simgrid/serve.hpp"
#include "src/simgrid/simgrid_kernel.hpp"
#include "tests/support/late_timers.hpp"

namespace {

using namespace loadstone;
using simgrid_engine::SimGridKernel;

class Sound final : public SimGridKernel {};

// At one instant timeouts come after what ends a wait in the phase after theirs.
class LateExpiries final : public SimGridKernel {
 protected:
  EventId schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                        std::uint64_t argument) override {
    return SimGridKernel::schedule_call(at, phase == Phase::expire ? Phase::wake : phase, function, object, argument);
  }
};

// What ends on cores and links is handed over a nanosecond after it ended.
class LateCompletions final : public SimGridKernel {
 protected:
  [[nodiscard]] SimTime rounded_up(double date) const override { return SimGridKernel::rounded_up(date) + Duration{1}; }
};

std::unique_ptr<SimGridKernel> make_mutant(const remote::PlatformFile* /*platform*/) {
  const char* variable = std::getenv("LOADSTONE_MUTANT");
  const std::string_view name = variable == nullptr ? "" : variable;
  if (name == "late_timers") {
    return std::make_unique<test::LateTimers<SimGridKernel>>();
  }
  if (name == "late_expiries") {
    return std::make_unique<LateExpiries>();
  }
  if (name == "late_completions") {
    return std::make_unique<LateCompletions>();
  }
  return std::make_unique<Sound>();
}

}  // namespace

int main() {
  return simgrid_engine::serve(make_mutant);
}
