// sim/spec/quantity.hpp
//
// Where specifications find quantities. They live beside the expressions whose literals they are.
#pragma once

#include "sim/expression/quantity.hpp"  // IWYU pragma: export
