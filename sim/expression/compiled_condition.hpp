// sim/expression/compiled_condition.hpp
//
// An expression for the hot path: a flat postfix program over doubles, whose names are slots.
//
// Cost.   evaluate() is linear in the program, allocates nothing and asks nobody.
// Values. Base units as everywhere (quantity.hpp). A condition is 1 or 0. Text is a number that the caller gives to
//         each distinct text (interning), so only == != and `in` a list make sense for it; check types first.
// Not.    No intervals (but `in a .. b`), tolerances of `within` are literals, and no exact fractions:
//         `0.1 + 0.2 == 0.3` is false here. Use `within` or `~`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "sim/base/diagnostic.hpp"
#include "sim/expression/expression.hpp"

namespace loadstone {

// Division by zero, sqrt or log of what has none: the text says where and which expression.
class EvaluationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class CompiledCondition {
 public:
  // The slot of a name; nothing is an error.
  using SlotOf = std::function<std::optional<std::uint32_t>(std::string_view name)>;
  // The number that stands for a text.
  using NumberOf = std::function<double(std::string_view text)>;

  [[nodiscard]] static std::optional<CompiledCondition> compile(const Expression& expression, const SlotOf& slot_of,
                                                                const NumberOf& number_of, Diagnostics& diagnostics);

  // REQUIRES: slots has slot_count() values. THROWS: EvaluationError.
  [[nodiscard]] double evaluate(std::span<const double> slots) const;
  [[nodiscard]] bool holds(std::span<const double> slots) const { return evaluate(slots) != 0.0; }
  // One more than the highest slot that is read.
  [[nodiscard]] std::size_t slot_count() const { return slot_count_; }

  // One instruction; public for the compiler only. Each takes its operands from the stack and leaves its result.
  // clang-format off
  enum class Op : std::uint8_t {
    constant, slot,
    negate, not_, ceil, floor, sqrt, log, last_unary = log,
    divide,
    add, subtract, multiply, min, max, equal, not_equal, less, less_equal, last_binary = less_equal,
    in_closed, in_right_open, in_left_open, in_open,             // value, low, high
    within_share, within_amount, last_ternary = within_amount,   // value, tolerance, reference
    duplicate, pop, jump,
    jump_if_no, jump_if_yes,             // takes the condition
    jump_keeping_no, jump_keeping_yes,   // takes the condition only if it does not jump
    end
  };
  // clang-format on
  struct Instruction {
    Op op = Op::constant;
    std::uint32_t index = 0;  // slot, or where to jump
    double number = 0;        // constant
  };

 private:
  friend class ConditionCompiler;
  explicit CompiledCondition(Expression expression) : expression_(std::move(expression)) {}
  [[noreturn]] void fail(const char* what) const;
  [[nodiscard]] double unary(Op op, double a) const;

  std::vector<Instruction> program_;
  std::size_t slot_count_ = 0;
  Expression expression_;  // for messages
};

}  // namespace loadstone
