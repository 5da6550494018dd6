// sim/expression/type_check.hpp
//
// What type an expression has, term by term, and every place where dimensions or kinds do not fit.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sim/base/diagnostic.hpp"
#include "sim/expression/ast.hpp"
#include "sim/expression/expression.hpp"

namespace loadstone::expression {

// The type of the root; nothing if anything was reported.
[[nodiscard]] std::optional<Type> check_types(const Ast& ast, const Expression::TypeOf& type_of,
                                              Diagnostics& diagnostics, const std::vector<std::string_view>& known);

}  // namespace loadstone::expression
