// sim/expression/ast.hpp
//
// An expression as a tree: terms in one vector, operands before the term that uses them, the root last.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/diagnostic.hpp"
#include "sim/expression/quantity.hpp"

namespace loadstone::expression {

enum class Op : std::uint8_t {
  number,
  name,
  text,
  boolean,
  negate,
  add,
  subtract,
  multiply,
  divide,
  interval,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,      // operands: value, then the list's items; or value, interval (`in_list` says which)
  near,    // operands: value, literal
  within,  // operands: value, tolerance, reference
  not_,
  and_,
  or_,
  min,
  max,
  sum,
  count,
  ceil,
  floor,
  sqrt,
  log,
  if_
};

struct Term {
  Op op = Op::number;
  bool in_list = false;
  bool truth = false;       // of a boolean literal
  std::uint32_t begin = 0;  // its text: [begin, end) of Ast::text
  std::uint32_t end = 0;
  std::uint32_t depth = 1;
  std::vector<std::uint32_t> operands;
  Quantity quantity;  // of a number
  std::string text;   // of a name or a text
};

struct Ast {
  std::string text;
  Place place;
  std::vector<Term> terms;
  std::vector<std::string> names;

  [[nodiscard]] std::uint32_t root() const { return static_cast<std::uint32_t>(terms.size() - 1); }
  [[nodiscard]] std::string_view source(const Term& term) const {
    return std::string_view(text).substr(term.begin, term.end - term.begin);
  }
  [[nodiscard]] Place place_at(std::uint32_t offset) const {
    return place.line == 0 ? place : Place{place.file, place.line, place.column + offset};
  }
};

// A 0 without a unit, which fits every dimension.
[[nodiscard]] inline bool is_bare_zero(const Term& term) {
  return term.op == Op::number && term.quantity.value == 0 && term.quantity.dim == kNumber;
}

// What `a ~ literal` accepts: the numbers that round, half away from zero, to the digits that are written.
struct RoundedRange {
  Ratio low;
  Ratio high;
  bool low_included = true;
  bool high_included = true;
};
// REQUIRES: `term` is a number or the negation of one. An unknown ratio means that it is too fine to tell.
[[nodiscard]] RoundedRange rounded_range(const Ast& ast, const Term& term);

}  // namespace loadstone::expression
