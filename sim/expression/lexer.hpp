// sim/expression/lexer.hpp
//
// An expression's text as tokens. Quantities are whole tokens: "12/h", "1m30s", "$24/month".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/expression/quantity.hpp"

namespace loadstone::expression {

struct Token {
  enum class Kind : std::uint8_t { end, quantity, name, text, symbol, wrong };

  Kind kind = Kind::end;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string_view text;  // a name without '$', a text without quotes, a symbol or keyword as it is written
  Quantity quantity;
  std::string error;  // of a wrong token
};

// and or not in within true false: symbols, not names.
[[nodiscard]] bool is_keyword(std::string_view word);

// The token at or after `from`.
[[nodiscard]] Token next_token(std::string_view text, std::uint32_t from);

}  // namespace loadstone::expression
