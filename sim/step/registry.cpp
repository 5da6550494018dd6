#include "sim/step/registry.hpp"

#include <array>

#include "sim/step/verbs.hpp"

namespace loadstone {

std::span<const StepKind* const> step_kinds() {
  static const std::array kinds{&acquire_step(),  &call_step(), &choose_step(), &cpu_step(),      &delay_step(),
                                &do_step(),       &fail_step(), &goto_step(),   &hold_step(),     &mark_step(),
                                &parallel_step(), &pass_step(), &query_step(),
                                &release_step(), &repeat_step(), &spawn_step(), &visit_step()};
  return kinds;
}

}  // namespace loadstone
