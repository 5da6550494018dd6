// sim/expression/evaluator.hpp
//
// The value of an expression, with exact numbers, intervals and undecided conditions.
#pragma once

#include <optional>

#include "sim/base/diagnostic.hpp"
#include "sim/expression/ast.hpp"
#include "sim/expression/expression.hpp"

namespace loadstone::expression {

// Nothing after an error. REQUIRES: check_types() found nothing with the types that `value_of` gives.
[[nodiscard]] std::optional<Value> evaluate(const Ast& ast, const Expression::ValueOf& value_of,
                                            Diagnostics& diagnostics);

}  // namespace loadstone::expression
