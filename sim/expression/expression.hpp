// sim/expression/expression.hpp
//
// The one expression language of loadstone, used by "= ", `when:` and `that:`.
//
// Grammar. or < and < not < comparison (== != < <= > >= ~ in within) < interval (..) < + - < * / < unary minus.
//          Comparisons do not chain. `a ~ 1.20` is equality after rounding to the digits written on the right.
//          `a within 10% of b` and `a == b within 10%` are |a - b| <= 10% * |b|; a tolerance may have b's dimension.
//          `a in [b, c]` and `a in b .. c`. min max sum count(conditions) ceil floor sqrt log if(c; a; b), also with
//          ','. Literals are quantities without inner spaces: 20ms, 40%, $24/month; `12/h` is a rate, `12 / h` divides.
//          Names have letters, digits, '_', '.' and '@' (`saturation.at@pgb`); `$tenants` is the same as `tenants`.
// Zero.    A literal 0 fits every dimension.
// Limits.  4096 characters, 64 levels.
// Places.  An error's column is the expression's column plus the offset: give the place of the first character.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/diagnostic.hpp"
#include "sim/expression/value.hpp"

namespace loadstone {

namespace expression {
struct Ast;
}

class Expression {
 public:
  // The type of a name, or nothing if there is no such name.
  using TypeOf = std::function<std::optional<Type>(std::string_view name)>;
  // The value of a name, or nothing if it has none now (an absent attribute). Its type is the one TypeOf gave.
  using ValueOf = std::function<std::optional<Value>(std::string_view name)>;

  // Nothing if the text is not an expression; the reason is in `diagnostics`.
  [[nodiscard]] static std::optional<Expression> parse(std::string_view text, Place place, Diagnostics& diagnostics);

  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] const Place& place() const;
  // Every name once, in order of first appearance.
  [[nodiscard]] const std::vector<std::string>& names() const;

  // The type of the whole; nothing after an error (unknown name, or "dimension: ..."). `known` feeds the suggestions.
  [[nodiscard]] std::optional<Type> check(const TypeOf& type_of, Diagnostics& diagnostics,
                                          const std::vector<std::string_view>& known = {}) const;
  // The same, and the whole must be `wanted`: "dimension: 'tenants * 2' is a number, a rate is needed".
  [[nodiscard]] bool require(const Type& wanted, const TypeOf& type_of, Diagnostics& diagnostics,
                             const std::vector<std::string_view>& known = {}) const;

  // Nothing after an error (division by zero, a name without a value, an interval that runs backwards).
  // `if`, `and` and `or` leave alone what they do not need.
  [[nodiscard]] std::optional<Value> evaluate(const ValueOf& value_of, Diagnostics& diagnostics) const;

  // For the compiler (compiled_condition.hpp).
  [[nodiscard]] const expression::Ast& ast() const { return *ast_; }

 private:
  explicit Expression(std::shared_ptr<const expression::Ast> ast) : ast_(std::move(ast)) {}

  std::shared_ptr<const expression::Ast> ast_;  // immutable, shared by copies
};

}  // namespace loadstone
