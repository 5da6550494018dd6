#include "sim/expression/type_check.hpp"

#include <cstdlib>

namespace loadstone::expression {
namespace {

// Exponents after a product (sign 1) or a quotient (sign -1); nothing when they leave any physical meaning.
std::optional<Dimension> combined(const Dimension& a, const Dimension& b, int sign) {
  constexpr int kMost = 12;
  bool fits = true;
  const auto exponent = [&](std::int8_t x, std::int8_t y) {
    const int sum = x + sign * y;
    fits = fits && std::abs(sum) <= kMost;
    return static_cast<std::int8_t>(fits ? sum : 0);
  };
  const Dimension result{exponent(a.time, b.time), exponent(a.bytes, b.bytes), exponent(a.money, b.money),
                         exponent(a.cores, b.cores)};
  return fits ? std::optional(result) : std::nullopt;
}

std::optional<Dimension> root_of(const Dimension& d) {
  if (d.time % 2 != 0 || d.bytes % 2 != 0 || d.money % 2 != 0 || d.cores % 2 != 0) {
    return std::nullopt;
  }
  const auto half = [](std::int8_t exponent) { return static_cast<std::int8_t>(exponent / 2); };
  return Dimension{half(d.time), half(d.bytes), half(d.money), half(d.cores)};
}

// Operands come before the terms that use them, so one pass from front to back knows them all.
class Checker {
 public:
  Checker(const Ast& ast, const Expression::TypeOf& type_of, Diagnostics& diagnostics,
          const std::vector<std::string_view>& known)
      : ast_(ast), type_of_(type_of), diagnostics_(diagnostics), known_(known) {}

  std::optional<Type> run() {
    for (const Term& term : ast_.terms) {
      bool operands_known = true;
      for (const std::uint32_t operand : term.operands) {
        operands_known = operands_known && types_[operand].has_value();
      }
      types_.push_back(operands_known ? type_of(term) : std::nullopt);
    }
    return failed_ ? std::nullopt : types_.back();
  }

 private:
  using Result = std::optional<Type>;

  Result fail(const Term& term, std::string message, std::vector<std::string> notes = {}) {
    failed_ = true;
    diagnostics_.error(ast_.place_at(term.begin), std::move(message), std::move(notes));
    return std::nullopt;
  }

  [[nodiscard]] const Term& operand(const Term& term, std::size_t i) const { return ast_.terms[term.operands[i]]; }
  [[nodiscard]] const Type& type(const Term& term, std::size_t i) const { return *types_[term.operands[i]]; }
  [[nodiscard]] std::string quoted(const Term& term) const { return "'" + std::string(ast_.source(term)) + "'"; }

  bool is(const Term& term, std::size_t i, Type::Kind kind) {
    if (type(term, i).kind == kind) {
      return true;
    }
    const std::string_view wanted = kind == Type::Kind::number ? "a number or a quantity"
                                    : kind == Type::Kind::text ? "text"
                                                               : "a condition";
    fail(operand(term, i), "type: " + quoted(operand(term, i)) + " is " + describe(type(term, i)) + ", " +
                               std::string(wanted) + " is needed");
    return false;
  }

  bool all_are(const Term& term, Type::Kind kind) {
    bool good = true;
    for (std::size_t i = 0; i < term.operands.size(); ++i) {
      good = is(term, i, kind) && good;
    }
    return good;
  }

  // The type that operands from `first` on have in common; a bare 0 takes the dimension of the others.
  Result common(const Term& term, std::size_t first = 0) {
    std::size_t leader = first;
    while (leader + 1 < term.operands.size() && is_bare_zero(operand(term, leader))) {
      ++leader;
    }
    for (std::size_t i = first; i < term.operands.size(); ++i) {
      const bool zero = is_bare_zero(operand(term, i)) && type(term, leader).kind == Type::Kind::number;
      if (type(term, i) != type(term, leader) && !zero) {
        const bool numbers = type(term, i).kind == Type::Kind::number && type(term, leader).kind == Type::Kind::number;
        return fail(term, std::string(numbers ? "dimension: " : "type: ") + quoted(operand(term, leader)) + " is " +
                              describe(type(term, leader)) + ", " + quoted(operand(term, i)) + " is " +
                              describe(type(term, i)) + ": they cannot be added or compared");
      }
    }
    return type(term, leader);
  }

  bool is_plain_number(const Term& term, std::size_t i, std::string_view who) {
    if (!is(term, i, Type::Kind::number)) {
      return false;
    }
    if (type(term, i).dim != kNumber) {
      fail(operand(term, i),
           "dimension: " + quoted(operand(term, i)) + " is " + describe(type(term, i)) + ", " + std::string(who) +
               " takes a number",
           {"divide by a unit first, as in " + std::string(who) + "(x / 1s)"});
      return false;
    }
    return true;
  }

  Result type_of(const Term& term) {
    switch (term.op) {
      case Op::number:
        return Type(term.quantity.dim);
      case Op::text:
        return Type::text();
      case Op::boolean:
        return Type::boolean();
      case Op::name:
        return type_of_name(term);
      case Op::and_:
      case Op::or_:
      case Op::not_:
        return all_are(term, Type::Kind::boolean) ? Result(Type::boolean()) : std::nullopt;
      case Op::count:
        return all_are(term, Type::Kind::boolean) ? Result(Type(kNumber)) : std::nullopt;
      case Op::equal:
      case Op::not_equal:
      case Op::in:
        return common(term) ? Result(Type::boolean()) : std::nullopt;
      case Op::within:
        return type_of_within(term);
      case Op::if_:
        return is(term, 0, Type::Kind::boolean) ? common(term, 1) : std::nullopt;
      default:
        return all_are(term, Type::Kind::number) ? type_of_numeric(term) : std::nullopt;
    }
  }

  // REQUIRES: the operands are numbers.
  Result type_of_numeric(const Term& term) {
    switch (term.op) {
      case Op::multiply:
      case Op::divide:
        return type_of_product(term);
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal:
      case Op::near:
        return common(term) ? Result(Type::boolean()) : std::nullopt;
      case Op::ceil:
      case Op::floor:
      case Op::log:
        return is_plain_number(term, 0, ast_.source(term).substr(0, ast_.source(term).find_first_of(" (")))
                   ? Result(Type(kNumber))
                   : std::nullopt;
      case Op::sqrt:
        if (const std::optional<Dimension> root = root_of(type(term, 0).dim)) {
          return Type(*root);
        }
        return fail(term, "dimension: " + quoted(operand(term, 0)) + " is " + describe(type(term, 0)) +
                              ", which has no square root");
      default:  // negate, add, subtract, interval, min, max, sum
        return common(term);
    }
  }

  Result type_of_name(const Term& term) {
    const std::optional<Type> found = type_of_(term.text);
    if (found) {
      return found;
    }
    return fail(term, "unknown name '" + term.text + "'",
                known_.empty() ? std::vector<std::string>{} : choices(term.text, known_));
  }

  Result type_of_product(const Term& term) {
    const std::optional<Dimension> product =
        combined(type(term, 0).dim, type(term, 1).dim, term.op == Op::multiply ? 1 : -1);
    return product ? Result(Type(*product)) : fail(term, "dimension: " + quoted(term) + " has no meaning");
  }

  Result type_of_within(const Term& term) {
    if (!all_are(term, Type::Kind::number)) {
      return std::nullopt;
    }
    const bool value_fits = type(term, 0) == type(term, 2) || is_bare_zero(operand(term, 0));
    const bool tolerance_fits = type(term, 1).dim == kNumber || type(term, 1) == type(term, 2);
    if (!value_fits || !tolerance_fits) {
      const std::size_t bad = value_fits ? 1 : 0;
      return fail(term, "dimension: " + quoted(operand(term, bad)) + " is " + describe(type(term, bad)) + ", " +
                            quoted(operand(term, 2)) + " is " + describe(type(term, 2)));
    }
    return Type::boolean();
  }

  const Ast& ast_;
  const Expression::TypeOf& type_of_;
  Diagnostics& diagnostics_;
  const std::vector<std::string_view>& known_;
  std::vector<Result> types_;
  bool failed_ = false;
};

}  // namespace

std::optional<Type> check_types(const Ast& ast, const Expression::TypeOf& type_of, Diagnostics& diagnostics,
                                const std::vector<std::string_view>& known) {
  return Checker(ast, type_of, diagnostics, known).run();
}

}  // namespace loadstone::expression
