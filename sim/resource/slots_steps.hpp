// sim/resource/slots_steps.hpp
//
// What `hold`, `acquire` and `release` become for a resource that is plain slots: used by every kind that has some.
#pragma once

#include <optional>

#include "sim/model/lowerer.hpp"

namespace loadstone {

// Takes `amount` units of the slots at row `slots`; `patience` is drawn for each wait and stands for the plan's.
void emit_acquire(Lowerer& lowerer, ResourceIndex slots, std::int64_t amount = 1,
                  const std::optional<CountLaw>& priority = {}, const std::optional<TimeLaw>& patience = {});
// Gives back the units that were taken last.
void emit_release(Lowerer& lowerer, ResourceIndex slots);

}  // namespace loadstone
