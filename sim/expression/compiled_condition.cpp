#include "sim/expression/compiled_condition.hpp"

#include <array>
#include <cmath>

#include "sim/expression/ast.hpp"
#include "sim/expression/condition_compiler.hpp"
#include "sim/random/math.hpp"

namespace loadstone {
namespace {

using Op = CompiledCondition::Op;

double truth(bool holds) {
  return holds ? 1.0 : 0.0;
}

// Operators of two numbers that cannot fail.
double binary(Op op, double a, double b) {
  switch (op) {
    case Op::add:
      return a + b;
    case Op::subtract:
      return a - b;
    case Op::multiply:
      return a * b;
    case Op::min:
      return b < a ? b : a;
    case Op::max:
      return a < b ? b : a;
    case Op::equal:
      return truth(a == b);
    case Op::not_equal:
      return truth(a != b);
    case Op::less:
      return truth(a < b);
    default:
      return truth(a <= b);
  }
}

double ternary(Op op, double a, double b, double c) {
  switch (op) {
    case Op::in_closed:
      return truth(a >= b && a <= c);
    case Op::in_right_open:
      return truth(a >= b && a < c);
    case Op::in_left_open:
      return truth(a > b && a <= c);
    case Op::in_open:
      return truth(a > b && a < c);
    case Op::within_share:
      return truth(std::abs(a - c) <= b * std::abs(c));
    default:
      return truth(std::abs(a - c) <= b);
  }
}

}  // namespace

void CompiledCondition::fail(const char* what) const {
  throw EvaluationError(to_string(expression_.place()) + ": '" + expression_.text() + "': " + what);
}

// Operators of one number.
double CompiledCondition::unary(Op op, double a) const {
  switch (op) {
    case Op::negate:
      return -a;
    case Op::not_:
      return truth(a == 0.0);
    case Op::ceil:
      return std::ceil(a);
    case Op::floor:
      return std::floor(a);
    case Op::sqrt:
      if (a < 0.0) {
        fail("the square root of a negative number");
      }
      return std::sqrt(a);
    default:
      if (a <= 0.0) {
        fail("the logarithm of a number that is not positive");
      }
      return math::log(a);
  }
}

double CompiledCondition::evaluate(std::span<const double> slots) const {
  std::array<double, kConditionStack + 1> stack;  // from 1; every place is written before it is read
  double* top = stack.data();
  const Instruction* const program = program_.data();
  for (const Instruction* at = program; at->op != Op::end;) {
    const Op op = at->op;
    const Instruction* const target = program + at->index;
    bool jumps = false;
    if (op == Op::slot) {
      *++top = slots[at->index];
    } else if (op == Op::constant) {
      *++top = at->number;
    } else if (op <= Op::last_unary) {
      *top = unary(op, *top);
    } else if (op == Op::divide) {
      --top;
      if (top[1] == 0.0) {
        fail("division by zero");
      }
      *top /= top[1];
    } else if (op <= Op::last_binary) {
      --top;
      *top = binary(op, top[0], top[1]);
    } else if (op <= Op::last_ternary) {
      top -= 2;
      *top = ternary(op, top[0], top[1], top[2]);
    } else if (op == Op::duplicate) {
      top[1] = top[0];
      ++top;
    } else if (op == Op::pop) {
      --top;
    } else if (op == Op::jump) {
      jumps = true;
    } else if (op == Op::jump_if_no || op == Op::jump_if_yes) {
      jumps = (*top-- != 0.0) == (op == Op::jump_if_yes);
    } else {  // jump_keeping_no, jump_keeping_yes
      jumps = (*top != 0.0) == (op == Op::jump_keeping_yes);
      top -= jumps ? 0 : 1;
    }
    at = jumps ? target : at + 1;
  }
  return *top;
}

}  // namespace loadstone
