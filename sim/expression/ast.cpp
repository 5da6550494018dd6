#include "sim/expression/ast.hpp"

namespace loadstone::expression {

RoundedRange rounded_range(const Ast& ast, const Term& term) {
  const bool negative = term.op == Op::negate;
  const Quantity& literal = negative ? ast.terms[term.operands[0]].quantity : term.quantity;
  const Ratio centre = negative ? Ratio{0, 1} - literal.exact : literal.exact;
  const Ratio half = literal.step / Ratio{2, 1};
  const bool zero = literal.value == 0;
  return {centre - half, centre + half, !zero && !negative, !zero && negative};
}

}  // namespace loadstone::expression
