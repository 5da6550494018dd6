#include "sim/step/registry.hpp"

#include <array>

#include "sim/step/verbs.hpp"

namespace loadstone {

std::span<const StepKind* const> step_kinds() {
  static const std::array kinds{&acquire_step(), &cache_step(), &call_step(),  &choose_step(),   &cpu_step(),
                                &delay_step(),   &do_step(),    &fail_step(),  &goto_step(),     &hold_step(),
                                &llm_step(),     &lock_step(),  &mark_step(),  &parallel_step(), &pass_step(),
                                &publish_step(), &put_step(),   &query_step(), &reap_step(),     &release_step(),
                                &repeat_step(),  &spawn_step(), &take_step(),  &transfer_step(), &visit_step()};
  return kinds;
}

}  // namespace loadstone
