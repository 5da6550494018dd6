#include "sim/claims/evidence.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "sim/expression/ast.hpp"

namespace loadstone {

namespace {

double rounded(double value) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 3).ptr;
  double result = value;
  std::from_chars(text.data(), end, result);
  return result;
}

std::string short_number_text(const Number& number, const Dimension& dimension) {
  const double value = number.value();
  if (std::isinf(value)) {
    return value > 0 ? "anything above" : "anything below";
  }
  const auto per = [](double amount) { return format_quantity(rounded(amount), kNumber); };
  if (dimension == kRate && value * 1e9 >= 1) {
    return per(value * 1e9) + "/s";  // 724.1/s rather than 43446/min, the first unit that makes it whole
  }
  if (dimension == kMoneyRate) {
    return "$" + per(value * static_cast<double>(kMonthNs)) + "/month";
  }
  constexpr std::size_t kShort = 8;
  const bool whole = dimension == kNumber && value == std::floor(value) && std::abs(value) < 1e15;
  const std::string full = format_quantity(value, dimension);
  return whole || full.size() <= kShort ? full : format_quantity(rounded(value), dimension);
}

using expression::Ast;
using expression::Op;
using expression::Term;

bool is_connective(Op op) {
  return op == Op::and_ || op == Op::or_ || op == Op::not_ || op == Op::if_ || op == Op::count;
}

bool is_comparison(Op op) {
  return op >= Op::equal && op <= Op::within;
}

// The parts of a condition that have a value worth showing.
void collect(const Ast& ast, const Term& term, std::vector<const Term*>& out) {
  if (is_connective(term.op) || is_comparison(term.op)) {
    for (const std::uint32_t operand : term.operands) {
      collect(ast, ast.terms[operand], out);
    }
  } else if (term.op != Op::number && term.op != Op::text && term.op != Op::boolean) {
    const bool has_name = !term.operands.empty() || term.op == Op::name;
    if (has_name) {
      out.push_back(&term);
    }
  }
}

// Whether a name stands somewhere in it: `2 * 3` says nothing that is not written.
bool names_something(const Ast& ast, const Term& term) {
  if (term.op == Op::name) {
    return true;
  }
  for (const std::uint32_t operand : term.operands) {
    if (names_something(ast, ast.terms[operand])) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string short_text(const Value& value) {
  if (!value.is_number()) {
    return to_string(value);
  }
  const std::string low = short_number_text(value.low, value.type.dim);
  if (!value.is_interval()) {
    return low;
  }
  if (std::isinf(value.low.value()) && std::isinf(value.high.value())) {
    return "no interval";
  }
  return low + " .. " + short_number_text(value.high, value.type.dim);
}

std::string evidence_of(const Expression& condition, const Scope& scope, const Scope::Given& given) {
  const Ast& ast = condition.ast();
  std::vector<const Term*> parts;
  collect(ast, ast.terms[ast.root()], parts);
  std::string text;
  std::set<std::string> seen;
  for (const Term* part : parts) {
    const std::string source(ast.source(*part));
    if (!names_something(ast, *part) || !seen.insert(source).second) {
      continue;
    }
    Diagnostics ignored;
    const auto piece = Expression::parse(source, {}, ignored);
    std::string why;
    const auto value = piece ? scope.evaluate(*piece, given, why) : std::nullopt;
    text += (text.empty() ? "" : "; ") + source + " = " + (value ? short_text(*value) : "no value");
  }
  return text;
}

}  // namespace loadstone
