#include "sim/expression/compiled_condition.hpp"

#include <array>
#include <cmath>

#include "sim/expression/ast.hpp"
#include "sim/expression/condition_compiler.hpp"
#include "sim/random/math.hpp"

namespace loadstone {
namespace {

using Code = CompiledCondition::Op;

double truth(bool holds) {
  return holds ? 1.0 : 0.0;
}

// Operators of two numbers that cannot fail.
double binary(Code op, double a, double b) {
  switch (op) {
    case Code::add:
      return a + b;
    case Code::subtract:
      return a - b;
    case Code::multiply:
      return a * b;
    case Code::min:
      return b < a ? b : a;
    case Code::max:
      return a < b ? b : a;
    case Code::equal:
      return truth(a == b);
    case Code::not_equal:
      return truth(a != b);
    case Code::less:
      return truth(a < b);
    default:
      return truth(a <= b);
  }
}

double ternary(Code op, double a, double b, double c) {
  switch (op) {
    case Code::in_closed:
      return truth(a >= b && a <= c);
    case Code::in_right_open:
      return truth(a >= b && a < c);
    case Code::in_left_open:
      return truth(a > b && a <= c);
    case Code::in_open:
      return truth(a > b && a < c);
    case Code::within_share:
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
double CompiledCondition::unary(Code op, double a) const {
  switch (op) {
    case Code::negate:
      return -a;
    case Code::not_:
      return truth(a == 0.0);
    case Code::ceil:
      return std::ceil(a);
    case Code::floor:
      return std::floor(a);
    case Code::sqrt:
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
  for (const Instruction* at = program; at->op != Code::end;) {
    const Code op = at->op;
    const Instruction* const target = program + at->index;
    bool jumps = false;
    if (op == Code::slot) {
      *++top = slots[at->index];
    } else if (op == Code::constant) {
      *++top = at->number;
    } else if (op <= Code::last_unary) {
      *top = unary(op, *top);
    } else if (op == Code::divide) {
      --top;
      if (top[1] == 0.0) {
        fail("division by zero");
      }
      *top /= top[1];
    } else if (op <= Code::last_binary) {
      --top;
      *top = binary(op, top[0], top[1]);
    } else if (op <= Code::last_ternary) {
      top -= 2;
      *top = ternary(op, top[0], top[1], top[2]);
    } else if (op == Code::duplicate) {
      top[1] = top[0];
      ++top;
    } else if (op == Code::pop) {
      --top;
    } else if (op == Code::jump) {
      jumps = true;
    } else if (op == Code::jump_if_no || op == Code::jump_if_yes) {
      jumps = (*top-- != 0.0) == (op == Code::jump_if_yes);
    } else {  // jump_keeping_no, jump_keeping_yes
      jumps = (*top != 0.0) == (op == Code::jump_keeping_yes);
      top -= jumps ? 0 : 1;
    }
    at = jumps ? target : at + 1;
  }
  return *top;
}

}  // namespace loadstone
