#include "sim/expression/lexer.hpp"

#include <algorithm>
#include <array>

namespace loadstone::expression {
namespace {

constexpr std::array<std::string_view, 7> kKeywords{"and", "or", "not", "in", "within", "true", "false"};
// Longer ones first.
constexpr std::array<std::string_view, 19> kSymbols{"==", "!=", "<=", ">=", "..", "+", "-", "*", "/", "<",
                                                    ">",  "~",  "(",  ")",  "[",  "]", ",", ";", "="};

struct Hint {
  std::string_view found;
  std::string_view hint;
};
constexpr std::array kHints{
    Hint{"&&", "write 'and'"},
    Hint{"||", "write 'or'"},
    Hint{"!", "write 'not'"},
    Hint{"%", "shares are written without a space, as in 10%"},
    Hint{"^", "there is no power operator"},
    Hint{"**", "there is no power operator"},
};

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool in_name(char c) {
  return starts_name(c) || (c >= '0' && c <= '9');
}

// A dot or an '@' belongs to the name only if the name goes on after it; so `a..b` is an interval.
std::size_t name_end(std::string_view text, std::size_t at) {
  const auto continues = [&](std::size_t i) { return i < text.size() && in_name(text[i]); };
  while (continues(at) || (at < text.size() && (text[at] == '.' || text[at] == '@') && continues(at + 1))) {
    ++at;
  }
  return at;
}

Token wrong(Token token, std::size_t end, std::string error) {
  token.kind = Token::Kind::wrong;
  token.end = static_cast<std::uint32_t>(end);
  token.error = std::move(error);
  return token;
}

Token quantity_token(Token token, std::string_view text, std::size_t length) {
  Parsed<Quantity> parsed = parse_quantity(text.substr(token.begin, length));
  const std::size_t end = token.begin + length;
  if (std::string* const error = std::get_if<std::string>(&parsed)) {
    return wrong(std::move(token), end, std::move(*error));
  }
  token.kind = Token::Kind::quantity;
  token.quantity = std::get<Quantity>(parsed);
  token.end = static_cast<std::uint32_t>(end);
  token.text = text.substr(token.begin, length);
  return token;
}

Token quoted_token(Token token, std::string_view text) {
  const std::size_t close = text.find(text[token.begin], token.begin + 1);
  if (close == std::string_view::npos) {
    return wrong(std::move(token), text.size(), "a quoted text is not closed");
  }
  token.kind = Token::Kind::text;
  token.text = text.substr(token.begin + 1, close - token.begin - 1);
  token.end = static_cast<std::uint32_t>(close + 1);
  return token;
}

Token symbol_token(Token token, std::string_view rest) {
  for (const Hint& hint : kHints) {
    if (rest.starts_with(hint.found) && !rest.starts_with("!=")) {
      return wrong(std::move(token), token.begin + hint.found.size(),
                   "'" + std::string(hint.found) + "': " + std::string(hint.hint));
    }
  }
  for (const std::string_view symbol : kSymbols) {
    if (rest.starts_with(symbol)) {
      token.text = symbol;
      token.end = token.begin + static_cast<std::uint32_t>(symbol.size());
      token.kind = Token::Kind::symbol;
      return symbol == "=" ? wrong(std::move(token), token.end, "'=': equality is written '=='") : token;
    }
  }
  std::size_t length = 1;  // all of a UTF-8 character
  while (length < rest.size() && (static_cast<unsigned char>(rest[length]) & 0xC0U) == 0x80U) {
    ++length;
  }
  return wrong(std::move(token), token.begin + length,
               "'" + std::string(rest.substr(0, length)) + "' means nothing in an expression");
}

}  // namespace

bool is_keyword(std::string_view word) {
  return std::find(kKeywords.begin(), kKeywords.end(), word) != kKeywords.end();
}

Token next_token(std::string_view text, std::uint32_t from) {
  const std::size_t first = text.find_first_not_of(" \t\n", from);
  Token token;
  token.begin = static_cast<std::uint32_t>(std::min(first, text.size()));
  token.end = token.begin;
  if (first == std::string_view::npos) {
    return token;
  }
  const std::string_view rest = text.substr(first);
  if (const std::size_t length = quantity_prefix(rest); length > 0) {
    return quantity_token(std::move(token), text, length);
  }
  if (rest[0] == '"' || rest[0] == '\'') {
    return quoted_token(std::move(token), text);
  }
  const std::size_t name = rest[0] == '$' ? 1 : 0;
  if (name < rest.size() && starts_name(rest[name])) {
    const std::size_t end = name_end(rest, name);
    token.text = rest.substr(name, end - name);
    token.kind = name == 0 && is_keyword(token.text) ? Token::Kind::symbol : Token::Kind::name;
    token.end = token.begin + static_cast<std::uint32_t>(end);
    return token;
  }
  return symbol_token(std::move(token), rest);
}

}  // namespace loadstone::expression
