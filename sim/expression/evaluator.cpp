#include "sim/expression/evaluator.hpp"

#include <algorithm>
#include <cmath>

#include "sim/expression/interval.hpp"
#include "sim/random/math.hpp"

namespace loadstone::expression {
namespace {

struct Failure {
  const Term* term;
  std::string message;
};

Dimension scaled(const Dimension& a, const Dimension& b, int sign) {
  const auto exponent = [&](std::int8_t x, std::int8_t y) { return static_cast<std::int8_t>(x + sign * y); };
  return {exponent(a.time, b.time), exponent(a.bytes, b.bytes), exponent(a.money, b.money), exponent(a.cores, b.cores)};
}

Dimension root_of(const Dimension& d) {
  const auto half = [](std::int8_t exponent) { return static_cast<std::int8_t>(exponent / 2); };
  return {half(d.time), half(d.bytes), half(d.money), half(d.cores)};
}

class Evaluator {
 public:
  Evaluator(const Ast& ast, const Expression::ValueOf& value_of) : ast_(ast), value_of_(value_of) {}

  Value value(std::uint32_t index) {
    const Term& term = ast_.terms[index];
    switch (term.op) {
      case Op::number:
        return Value::number(term.quantity);
      case Op::text:
        return Value::of_text(term.text);
      case Op::boolean:
        return Value::boolean(truth_of(term.truth));
      case Op::name:
        return named(term);
      case Op::and_:
      case Op::or_:
        return junction(term);
      case Op::not_:
        return Value::boolean(negate(truth(term, 0)));
      case Op::if_:
        return choice(term);
      case Op::equal:
      case Op::not_equal:
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal:
      case Op::near:
        return Value::boolean(relation(term));
      case Op::in:
        return Value::boolean(membership(term));
      case Op::within:
        return Value::boolean(within(term));
      case Op::min:
      case Op::max:
      case Op::sum:
      case Op::count:
        return fold(term);
      default:
        return arithmetic(term);
    }
  }

 private:
  [[noreturn]] void fail(const Term& term, std::string message) { throw Failure{&term, std::move(message)}; }

  [[nodiscard]] const Term& operand(const Term& term, std::size_t i) const { return ast_.terms[term.operands[i]]; }

  Value number(const Term& term, std::size_t i) {
    Value result = value(term.operands[i]);
    if (!result.is_number()) {
      fail(operand(term, i), "is " + describe(result.type) + ", a number is needed");
    }
    return result;
  }

  Truth truth(const Term& term, std::size_t i) {
    const Value result = value(term.operands[i]);
    if (!result.is_boolean()) {
      fail(operand(term, i), "is " + describe(result.type) + ", a condition is needed");
    }
    return result.truth;
  }

  static Interval interval_of(const Value& value) { return {value.low, value.high}; }
  static Value value_of(const Interval& interval, const Dimension& dim) {
    return Value::interval(interval.low, interval.high, dim);
  }

  Value named(const Term& term) {
    std::optional<Value> found = value_of_(term.text);
    if (!found) {
      fail(term, "has no value here");
    }
    if (found->is_number() && (std::isnan(found->low.value()) || std::isnan(found->high.value()))) {
      fail(term, "is not a number");
    }
    return std::move(*found);
  }

  Value junction(const Term& term) {
    const Truth decisive = truth_of(term.op == Op::or_);
    const Truth left = truth(term, 0);
    if (left == decisive) {
      return Value::boolean(left);
    }
    const Truth right = truth(term, 1);
    return Value::boolean(term.op == Op::and_ ? both(left, right) : either(left, right));
  }

  // An undecided condition gives everything that either branch can be.
  Value choice(const Term& term) {
    const Truth condition = truth(term, 0);
    if (condition != Truth::undecided) {
      return value(term.operands[condition == Truth::yes ? 1 : 2]);
    }
    const Value a = value(term.operands[1]);
    const Value b = value(term.operands[2]);
    if (a.is_number()) {
      return Value::interval(std::min(a.low, b.low), std::max(a.high, b.high),
                             a.type.dim == kNumber ? b.type.dim : a.type.dim);
    }
    if (a.is_boolean()) {
      return Value::boolean(a.truth == b.truth ? a.truth : Truth::undecided);
    }
    if (a.text != b.text) {
      fail(term, "is one text or another: its condition is undecided");
    }
    return a;
  }

  Truth relation(const Term& term) {
    const Value a = value(term.operands[0]);
    const Value b = value(term.operands[1]);
    if (a.type.kind != b.type.kind) {
      fail(term, "compares " + describe(a.type) + " with " + describe(b.type));
    }
    if (!a.is_number()) {
      const Truth same = a.is_text() ? truth_of(a.text == b.text)
                                     : either(both(a.truth, b.truth), both(negate(a.truth), negate(b.truth)));
      return term.op == Op::not_equal ? negate(same) : same;
    }
    const Interval x = interval_of(a);
    const Interval y = interval_of(b);
    switch (term.op) {
      case Op::equal:
        return equal(x, y);
      case Op::not_equal:
        return negate(equal(x, y));
      case Op::less:
        return less(x, y);
      case Op::less_equal:
        return less_equal(x, y);
      case Op::greater:
        return less(y, x);
      case Op::greater_equal:
        return less_equal(y, x);
      default:
        return near(term, x, y);
    }
  }

  Truth near(const Term& term, const Interval& x, const Interval& literal) {
    const RoundedRange range = rounded_range(ast_, operand(term, 1));
    return range.low.known() && range.high.known() ? inside(x, range) : equal(x, literal);
  }

  Truth membership(const Term& term) {
    const Value a = value(term.operands[0]);
    Truth result = Truth::no;
    for (std::size_t i = 1; i < term.operands.size() && result != Truth::yes; ++i) {
      const Value b = value(term.operands[i]);
      if (a.type.kind != b.type.kind) {
        fail(term, "compares " + describe(a.type) + " with " + describe(b.type));
      }
      if (a.is_number()) {
        const bool whole_range = !term.in_list;
        result = either(result,
                        whole_range ? inside(interval_of(a), interval_of(b)) : equal(interval_of(a), interval_of(b)));
      } else {
        result = either(result, truth_of(a.is_text() ? a.text == b.text : a.truth == b.truth));
      }
    }
    return result;
  }

  Truth within(const Term& term) {
    const Interval a = interval_of(number(term, 0));
    const Value tolerance = number(term, 1);
    const Interval b = interval_of(number(term, 2));
    const bool share = tolerance.type.dim == kNumber;
    const Interval allowed = share ? interval_of(tolerance) * abs(b) : interval_of(tolerance);
    return less_equal(abs(a - b), allowed);
  }

  Value fold(const Term& term) {
    Interval result{};
    Dimension dim;
    for (std::size_t i = 0; i < term.operands.size(); ++i) {
      if (term.op == Op::count) {
        const Truth holds = truth(term, i);
        result = result + Interval{Number(holds == Truth::yes ? 1.0 : 0.0), Number(holds == Truth::no ? 0.0 : 1.0)};
        continue;
      }
      const Value item = number(term, i);
      dim = item.type.dim == kNumber ? dim : item.type.dim;
      const Interval x = interval_of(item);
      if (i == 0) {
        result = x;
      } else if (term.op == Op::sum) {
        result = result + x;
      } else if (term.op == Op::min) {
        result = {std::min(result.low, x.low), std::min(result.high, x.high)};
      } else {
        result = {std::max(result.low, x.low), std::max(result.high, x.high)};
      }
    }
    return value_of(result, dim);
  }

  Value arithmetic(const Term& term) {
    const Value a = number(term, 0);
    if (term.operands.size() == 1) {
      return unary(term, a);
    }
    const Value b = number(term, 1);
    const Interval x = interval_of(a);
    const Interval y = interval_of(b);
    const Dimension dim = a.type.dim == kNumber ? b.type.dim : a.type.dim;  // of a sum; a bare 0 has none
    switch (term.op) {
      case Op::add:
        return value_of(x + y, dim);
      case Op::subtract:
        return value_of(x - y, dim);
      case Op::multiply:
        return value_of(x * y, scaled(a.type.dim, b.type.dim, 1));
      case Op::divide:
        if (y.contains_zero()) {
          fail(term, "division by zero: '" + std::string(ast_.source(operand(term, 1))) + "' is " + to_string(b));
        }
        return value_of(x / y, scaled(a.type.dim, b.type.dim, -1));
      default:
        if (x.low > y.high) {
          fail(term, "an interval runs from the smaller to the larger end, this is " +
                         to_string(value_of({x.low, y.high}, dim)));
        }
        return value_of({x.low, y.high}, dim);
    }
  }

  Value unary(const Term& term, const Value& a) {
    const Interval x = interval_of(a);
    const auto mapped = [&](const auto& function) {
      return Interval{Number(function(x.low.value())), Number(function(x.high.value()))};
    };
    switch (term.op) {
      case Op::negate:
        return value_of({-x.high, -x.low}, a.type.dim);
      case Op::ceil:
        return value_of({ceil(x.low), ceil(x.high)}, kNumber);
      case Op::floor:
        return value_of({floor(x.low), floor(x.high)}, kNumber);
      case Op::sqrt:
        if (x.low < Number(0.0)) {
          fail(term, "the square root of a negative number, " + to_string(a));
        }
        return value_of(mapped([](double at) { return std::sqrt(at); }), root_of(a.type.dim));
      default:
        if (x.low <= Number(0.0)) {
          fail(term, "the logarithm of " + to_string(a) + ", which is not positive");
        }
        return value_of(mapped([](double at) { return math::log(at); }), kNumber);
    }
  }

  const Ast& ast_;
  const Expression::ValueOf& value_of_;
};

}  // namespace

std::optional<Value> evaluate(const Ast& ast, const Expression::ValueOf& value_of, Diagnostics& diagnostics) {
  try {
    return Evaluator(ast, value_of).value(ast.root());
  } catch (const Failure& failure) {
    diagnostics.error(ast.place_at(failure.term->begin),
                      "'" + std::string(ast.source(*failure.term)) + "': " + failure.message);
    return std::nullopt;
  }
}

}  // namespace loadstone::expression
