// src/load/emit_yaml.hpp
//
// A Node tree as YAML text that reads back to the same tree, places apart: what was quoted stays so.
#pragma once

#include <string>

#include "sim/spec/node.hpp"

namespace loadstone::load {

[[nodiscard]] std::string emit_yaml(const Node& root);

}  // namespace loadstone::load
