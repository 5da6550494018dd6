// sim/step/verbs.hpp
//
// The step verbs, each defined in the file of its name (acquire and release with hold; spawn and goto with call; fail
// with mark; take and reap with put).
#pragma once

#include "sim/spec/step_spec.hpp"

namespace loadstone {

const StepKind& acquire_step();
const StepKind& cache_step();
const StepKind& call_step();
const StepKind& choose_step();
const StepKind& cpu_step();
const StepKind& delay_step();
const StepKind& do_step();
const StepKind& fail_step();
const StepKind& goto_step();
const StepKind& hold_step();
const StepKind& llm_step();
const StepKind& lock_step();
const StepKind& mark_step();
const StepKind& parallel_step();
const StepKind& pass_step();
const StepKind& publish_step();
const StepKind& put_step();
const StepKind& query_step();
const StepKind& reap_step();
const StepKind& release_step();
const StepKind& repeat_step();
const StepKind& spawn_step();
const StepKind& take_step();
const StepKind& transfer_step();
const StepKind& visit_step();

}  // namespace loadstone
