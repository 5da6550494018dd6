// sim/model/conditions.hpp
//
// `when:` conditions compiled for the interpreter: names of request attributes become slots, parameters become
// constants that travel in slots of their own.
#pragma once

#include "sim/expression/compiled_condition.hpp"
#include "sim/model/model_builder.hpp"

namespace loadstone {

// Kept by the model. After an error, reported: nullptr.
[[nodiscard]] const CompiledCondition* compile_condition(ModelBuilder& builder, const Condition& condition);

}  // namespace loadstone
