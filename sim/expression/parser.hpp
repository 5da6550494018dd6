// sim/expression/parser.hpp
//
// A Pratt parser: text to Ast. The grammar is in expression.hpp.
#pragma once

#include <optional>
#include <string_view>

#include "sim/base/diagnostic.hpp"
#include "sim/expression/ast.hpp"

namespace loadstone::expression {

inline constexpr std::uint32_t kMostNesting = 64;  // parentheses, calls and prefixes inside one another
inline constexpr std::uint32_t kMostDepth = 256;   // of the tree: 'a + b + c + ...' is deep on its left
inline constexpr std::size_t kMostCharacters = 4096;

// Nothing after the first error, which is in `diagnostics`.
[[nodiscard]] std::optional<Ast> parse(std::string_view text, const Place& place, Diagnostics& diagnostics);

}  // namespace loadstone::expression
