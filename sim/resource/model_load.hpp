// sim/resource/model_load.hpp
//
// What a call of Ollama does before and after it generates: its model is brought into memory, and kept there.
#pragma once

#include "sim/model/lowerer.hpp"

namespace loadstone {

struct ModelLoad {
  std::optional<ResourceIndex> loader;  // absent: models are always there
  std::size_t model = 0;
  std::int32_t model_attribute = -1;  // slot that picks the model's slots; -1: there is one model
  Drawn time;
};

// Opens a scope in which the model is in memory. REQUIRES: closed by emit_model_end().
void emit_model_begin(Lowerer& lowerer, const ModelLoad& load);
void emit_model_end(Lowerer& lowerer, const ModelLoad& load);

}  // namespace loadstone
