#include "sim/expression/expression.hpp"

#include "sim/expression/ast.hpp"
#include "sim/expression/evaluator.hpp"
#include "sim/expression/parser.hpp"
#include "sim/expression/type_check.hpp"

namespace loadstone {

std::optional<Expression> Expression::parse(std::string_view text, Place place, Diagnostics& diagnostics) {
  std::optional<expression::Ast> ast = expression::parse(text, place, diagnostics);
  if (!ast) {
    return std::nullopt;
  }
  return Expression(std::make_shared<const expression::Ast>(std::move(*ast)));
}

const std::string& Expression::text() const {
  return ast_->text;
}

const Place& Expression::place() const {
  return ast_->place;
}

const std::vector<std::string>& Expression::names() const {
  return ast_->names;
}

std::optional<Type> Expression::check(const TypeOf& type_of, Diagnostics& diagnostics,
                                      const std::vector<std::string_view>& known) const {
  return expression::check_types(*ast_, type_of, diagnostics, known);
}

bool Expression::require(const Type& wanted, const TypeOf& type_of, Diagnostics& diagnostics,
                         const std::vector<std::string_view>& known) const {
  const std::optional<Type> found = check(type_of, diagnostics, known);
  if (!found) {
    return false;
  }
  const bool zero = wanted.kind == Type::Kind::number && expression::is_bare_zero(ast_->terms[ast_->root()]);
  if (*found == wanted || zero) {
    return true;
  }
  const bool numbers = found->kind == Type::Kind::number && wanted.kind == Type::Kind::number;
  diagnostics.error(place(), std::string(numbers ? "dimension: '" : "type: '") + text() + "' is " + describe(*found) +
                                 ", " + describe(wanted) + " is needed");
  return false;
}

std::optional<Value> Expression::evaluate(const ValueOf& value_of, Diagnostics& diagnostics) const {
  return expression::evaluate(*ast_, value_of, diagnostics);
}

}  // namespace loadstone
